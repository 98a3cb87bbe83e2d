import type { Finding } from './finding.js'

/** Whether KEY_SECRET opens the signing keys of the database. */
export async function checkKeys(env: NodeJS.ProcessEnv): Promise<Finding> {
  const [{ AccountsConfig }, { openKeyRing, openDeps }, { parseConfig }, { openLogger }] = await Promise.all([
    import('@likeness/accounts/config'),
    import('@likeness/accounts/operations'),
    import('@likeness/runtime/config'),
    import('@likeness/runtime/logger'),
  ])
  const config = parseConfig(AccountsConfig, { PORT: '0', ...env })
  const deps = await openDeps(config, { logger: openLogger('accounts', 'silent', 'stderr') })
  try {
    const keys = await openKeyRing(deps.db, config, () => undefined)
    const count = keys.published().length
    keys.close()
    return { name: 'keys', ok: true, says: `KEY_SECRET opens the ${count} signing keys` }
  } finally {
    await deps.close()
  }
}

import type { Finding } from './finding.js'

/** Whether KEY_SECRET opens the signing keys of the database. */
export async function checkSigningKeys(env: NodeJS.ProcessEnv): Promise<Finding> {
  const [{ AccountsConfig, KeyConfig }, { checkKeys }, { parseConfig }] = await Promise.all([
    import('@likeness/accounts/config'),
    import('@likeness/accounts/operations'),
    import('@likeness/runtime/config'),
  ])
  const schema = AccountsConfig.pick({ DATABASE_URL: true }).extend(KeyConfig.shape)
  const { keys, shut } = await checkKeys(parseConfig(schema, env))
  if (shut > 0) {
    const says = `KEY_SECRET does not open ${shut} of ${keys} signing keys: it is not the one they were made with`
    return { name: 'keys', ok: false, says }
  }
  return {
    name: 'keys',
    ok: true,
    says: keys === 0 ? 'none yet: accounts makes the first when it starts' : `KEY_SECRET opens all ${keys}`,
  }
}

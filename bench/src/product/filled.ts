import { logIn, password } from './client.js'
import { fill } from './fill.js'
import { openStack, type Stack } from './stack.js'
import { runCli } from './tree.js'
import { withDatabase } from './with-database.js'

/** A stack whose media database holds many uploads, and an administrator to read them. */
export type Filled = {
  readonly stack: Stack
  /** `Bearer …` of an administrator. */
  readonly authorization: string
  /** How long SQL took to fill it. */
  readonly seconds: number
}

/** The settings with which a table of ten million is filled in minutes. */
export const fillSettings = { max_wal_size: '16GB', shared_buffers: '512MB', checkpoint_timeout: '1h' }

let filled: Promise<Filled | undefined> | undefined

/** Filled once, for all parts of a run that read it. @returns undefined where PostgreSQL cannot run */
export const openFilled = (uploads: number): Promise<Filled | undefined> => (filled ??= makeFilled(uploads))

export async function closeFilled(): Promise<void> {
  await (await filled)?.stack.close()
}

async function makeFilled(uploads: number): Promise<Filled | undefined> {
  const stack = await openStack({ postgres: fillSettings, env: { DATABASE_POOL: '4' } })
  if (!stack) return undefined
  try {
    // Its upkeep would read the whole table while that has no indexes.
    await stack.parts.mediaWorker.stop()
    const began = performance.now()
    await withDatabase(stack.databases.media, (db) => fill(db, uploads))
    const seconds = (performance.now() - began) / 1000
    const env = { ...stack.envs.accounts, ADMIN_PASSWORD: password }
    await runCli('accounts', ['create-admin', '--email', 'admin@bench.test'], env)
    return { stack, seconds, authorization: `Bearer ${(await logIn(stack, 'admin')).accessToken}` }
  } catch (error) {
    await stack.close()
    throw error
  }
}

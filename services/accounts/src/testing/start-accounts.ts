import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { LoggedIn, Register } from '@likeness/contracts'
import { sessions, users } from '@likeness/contracts/endpoints'
import { parseConfig } from '@likeness/runtime/config'
import { openDatabase } from '@likeness/runtime/database'
import { migrateQueue } from '@likeness/runtime/queue'
import { signServiceToken } from '@likeness/runtime/service-token'
import { anyQueue, judgeAnswers, openCalls, stopClock, testDatabase, testQueueUrl } from '@likeness/test-kit'
import type { Test } from 'tap'
import { openApp } from '../app.js'
import { AccountsConfig } from '../config.js'
import { migrations, type Tables } from '../database/database.js'
import { type ApiDeps, openApiDeps, openWorkerDeps, type WorkerDeps } from '../deps.js'
import { migrate } from '../index.js'
import { workJobs } from '../jobs.js'

/** Passes the policy for every user the tests create. */
export const goodPassword = 'plum-velocity-hinge-92'

export const issuer = 'https://likeness.test'
export const serviceSecret = 'a secret of the accounts tests, 32+ characters'

export type Accounts = Awaited<ReturnType<typeof startAccounts>>

/**
 * The accounts API on a port of its own, with its own database and queue. Limits per address are off unless
 * the test sets them; hashes are as cheap as they may be.
 */
export async function startAccounts(
  t: Test,
  options: {
    config?: Record<string, string>
    overrides?: Partial<ApiDeps>
    /** Set by tests of the queue itself. */
    queue?: 'postgres' | 'redis'
    /** Windows of time in the database end only through `pass`. */
    clock?: 'stopped'
  } = {},
) {
  judgeAnswers()
  const databaseUrl = await testDatabase(t, {
    name: 'accounts',
    migrate: async (url) => {
      await migrate(url)
      await migrateQueue(url)
    },
    fingerprint: Object.keys(migrations).join(),
  })
  const clock = options.clock && (await stopClock(databaseUrl))
  const env: Record<string, string> = {
    PORT: '0',
    LOG_LEVEL: 'fatal',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL: '6',
    QUEUE_URL: await testQueueUrl(t, options.queue ?? anyQueue, databaseUrl),
    PUBLIC_URL: issuer,
    INBOX: 'anyone',
    MEDIA_URL: 'http://127.0.0.1:9',
    SERVICE_SECRET: serviceSecret,
    KEY_SECRET: 'a key secret of the accounts tests, 32+',
    TRUST_PROXY: '127.0.0.1',
    RATE_LIMIT_PER_IP: 'off',
    ARGON2_MEMORY_KIB: '7168',
    ARGON2_PASSES: '1',
    // By the clock, these would run in the middle of a test now and then.
    UPKEEP_SCHEDULE: 'prune=off; retire-keys=off; seal-trail=off; verify-trail=off; drain-audit=off',
    ...options.config,
  }
  const db = openDatabase<Tables>(databaseUrl, { name: 'test', max: 2, onError: () => undefined })
  t.teardown(() => db.destroy())
  const first = await startProcess(t, env, options.overrides)

  return {
    ...first,
    /** Moves a stopped clock on. */
    pass: async (seconds: number) => clock?.pass(seconds),
    db,
    env,
    serviceSecret,
    /** Another process of the same service, with the same database. */
    another: (config: Record<string, string> = {}) => startProcess(t, { ...env, ...config }),
    /** Starts the worker; its dependencies close with the test. */
    work: async (overrides: Partial<WorkerDeps> = {}) => {
      const workerDeps = await openWorkerDeps(parseConfig(AccountsConfig, env), overrides)
      t.teardown(() => workerDeps.close())
      await workJobs(workerDeps)
      return workerDeps
    },
    /** The headers of a call from the media service. */
    asMedia: async () => ({
      authorization: `Bearer ${await signServiceToken(serviceSecret, 'media', 'accounts')}`,
    }),
  }
}

async function startProcess(t: Test, env: Record<string, string>, overrides: Partial<ApiDeps> = {}) {
  const config = parseConfig(AccountsConfig, env)
  const deps = await openApiDeps(config, overrides)
  const app = await openApp(deps)
  await app.listen({ host: '127.0.0.1', port: config.PORT })
  t.teardown(async () => {
    await app.close()
    await deps.close()
  })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const { call, send } = openCalls(url)

  /** A new user with a unique name. */
  async function register(more: Partial<Register> = {}) {
    const username = `u${randomUUID().slice(0, 8)}`
    const body = { username, email: `${username}@example.com`, password: goodPassword, ...more }
    const answer = await call(users.register, { body })
    if (answer.status !== 201) throw new Error(`registration answered ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  async function logIn(login: string, password = goodPassword): Promise<LoggedIn> {
    const answer = await call(sessions.logIn, { body: { login, password } })
    if (answer.status !== 201) throw new Error(`login answered ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  /** A new user who is logged in. */
  const join = async () => logIn((await register()).username)
  return { url, app, deps, call, send, register, logIn, join }
}

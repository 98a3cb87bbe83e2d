import { createHash } from 'node:crypto'
import { networkOf } from '@likeness/runtime/client-address'
import type { Transaction } from '@likeness/runtime/database'
import type { AccountsConfig } from '../config.js'
import { type Counted, countAttempts, returnAttempts } from '../database/attempts.table.js'
import type { Tables } from '../database/database.js'
import type { MailKind } from '../database/mails.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

/** How often something may be tried within a window of time. */
type Limit = { readonly quota: (config: AccountsConfig) => number; readonly seconds: number }

/** Every limit of this service. The name is the policy's name in the RateLimit fields. */
const limits = {
  'login-minute': { quota: (config) => config.LOGINS_PER_MINUTE, seconds: 60 },
  'login-hour': { quota: (config) => config.LOGINS_PER_HOUR, seconds: 3_600 },
  'login-address': { quota: (config) => config.LOGINS_PER_MINUTE_PER_IP, seconds: 60 },
  // For devices that were logged in before: others' attempts do not count against them.
  'device-minute': { quota: (config) => config.LOGINS_PER_MINUTE, seconds: 60 },
  'device-hour': { quota: (config) => config.LOGINS_PER_HOUR, seconds: 3_600 },
  'device-address': { quota: (config) => config.LOGINS_PER_MINUTE_PER_IP, seconds: 60 },
  'resend-minute': { quota: () => 1, seconds: 60 },
  'reset-hour': { quota: (config) => config.RESETS_PER_HOUR, seconds: 3_600 },
  'mail-recipient': { quota: (config) => config.MAILS_PER_HOUR_PER_RECIPIENT, seconds: 3_600 },
  'mail-person': { quota: (config) => config.MAILS_PER_HOUR, seconds: 3_600 },
  'mail-address': { quota: (config) => config.MAILS_PER_HOUR_PER_IP, seconds: 3_600 },
  'export-hour': { quota: () => 5, seconds: 3_600 },
  'refresh-minute': { quota: (config) => config.REFRESHES_PER_MINUTE, seconds: 60 },
  'notice-hour': { quota: (config) => config.NOTICES_PER_HOUR, seconds: 3_600 },
  'register-attempts': { quota: (config) => config.REGISTRATION_ATTEMPTS_PER_HOUR_PER_IP, seconds: 3_600 },
  'register-address': { quota: (config) => config.REGISTRATIONS_PER_HOUR_PER_IP, seconds: 3_600 },
} as const satisfies Record<string, Limit>
export type LimitName = keyof typeof limits

/** The key, per limit, under which attempts are counted together; undefined counts nothing. */
export type Whom = Partial<Record<LimitName, string | undefined>>

/**
 * Counts one attempt under each limit, before the work it limits, so that parallel attempts count too. A refused
 * attempt uses up only the limits that refuse it.
 * @throws Problem `rate-limited` once a quota is used up, with Retry-After and the RateLimit fields of
 * draft-ietf-httpapi-ratelimit-headers-10
 */
export async function takeAttempt({ config, db }: Pick<Deps, 'config' | 'db'>, whom: Whom): Promise<void> {
  const attempts = namesIn(whom).map(([name, who]) => attemptOf(config, name, who))
  if (attempts.length === 0) return
  const counted = await countAttempts(db, attempts)
  const results = attempts.flatMap((attempt) => {
    const row = counted.find(({ key }) => key.equals(attempt.key))
    return row ? [{ ...attempt, ...row }] : []
  })
  const within = results.filter((result) => !isOver(result))
  if (within.length === results.length) return
  await returnAttempts(
    db,
    within.map(({ key }) => key),
  )
  throw rateLimited(results)
}

/** One attempt under a limit, to be counted. */
type Attempt = {
  readonly name: LimitName
  readonly key: Buffer
  readonly seconds: number
  readonly quota: number
}

export function attemptOf(config: AccountsConfig, name: LimitName, who: string): Attempt {
  const { quota, seconds } = limits[name]
  return { name, key: keyOfAttempt(name, who), seconds, quota: quota(config) }
}

type Result = Attempt & Omit<Counted, 'key'>

/** For an attempt that another statement counts. @throws Problem `rate-limited`, as `takeAttempt` does */
export function assertWithin(result: Result): void {
  if (isOver(result)) throw rateLimited([result])
}

const isOver = ({ count, quota }: Result): boolean => count > quota

function rateLimited(results: readonly Result[]) {
  const stated = results.map((result) => ({
    ...result,
    left: Math.max(0, result.quota - result.count),
    resets: Math.max(1, Math.ceil(result.resetsInSeconds)),
  }))
  const wait = Math.max(...stated.filter(isOver).map(({ resets }) => resets))
  return problem('rate-limited', {
    parameters: { seconds: wait },
    headers: {
      'retry-after': String(wait),
      'ratelimit-policy': stated
        .map(({ name, quota, seconds }) => `"${name}";q=${quota};w=${seconds}`)
        .join(', '),
      ratelimit: stated.map(({ name, left, resets }) => `"${name}";r=${left};t=${resets}`).join(', '),
    },
  })
}

/** Takes back what `takeAttempt` counted, when the attempt had no effect. */
export const giveBackAttempt = ({ db }: Pick<Deps, 'db'>, whom: Whom): Promise<void> =>
  returnAttempts(
    db,
    namesIn(whom).map(([name, who]) => keyOfAttempt(name, who)),
  )

/** Forgives attempts once the password was right: all of the minute, and the right one of the hour. */
export const forgiveLogin = (
  { db }: Pick<Deps, 'db'>,
  kind: 'login' | 'device',
  who: string,
): Promise<void> =>
  returnAttempts(db, [keyOfAttempt(`${kind}-hour`, who)], [keyOfAttempt(`${kind}-minute`, who)])

/** Whether one more notice of a kind may be sent to a person; those past the quota are not sent. */
export async function mayNotify(
  trx: Transaction<Tables>,
  config: AccountsConfig,
  kind: MailKind,
  userId: string,
): Promise<boolean> {
  const { quota, seconds } = limits['notice-hour']
  const key = keyOfAttempt('notice-hour', `${kind} ${userId}`)
  const [counted] = await countAttempts(trx, [{ key, seconds }])
  return counted !== undefined && counted.count <= quota(config)
}

const namesIn = (whom: Whom) =>
  (Object.keys(limits) as LimitName[]).flatMap((name): [LimitName, string][] => {
    const who = whom[name]
    return who === undefined ? [] : [[name, who]]
  })

/** The row that counts someone's attempts. */
const keyOfAttempt = (name: LimitName, who: string): Buffer =>
  createHash('sha256').update(`${name}\n${who}`).digest()

/**
 * The network under which attempts are counted together; connections that are already gone share one count. Undefined
 * when RATE_LIMIT_PER_IP is off.
 */
export function addressOf(
  config: Pick<AccountsConfig, 'RATE_LIMIT_PER_IP'>,
  ip: string | null,
): string | undefined {
  if (config.RATE_LIMIT_PER_IP === 'off') return undefined
  return ip === null ? 'unknown' : networkOf(ip)
}

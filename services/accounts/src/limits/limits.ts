import { createHash } from 'node:crypto'
import { networkOf } from '@likeness/runtime'
import type { AccountsConfig } from '../config.js'
import { countAttempts } from '../database/attempts.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

/** How often something may be tried within a window of time. */
type Limit = { readonly quota: (config: AccountsConfig) => number; readonly seconds: number }

/** Every limit of this service. The name is the policy's name in the RateLimit fields. */
export const limits = {
  'login-minute': { quota: (config) => config.LOGINS_PER_MINUTE, seconds: 60 },
  'login-hour': { quota: (config) => config.LOGINS_PER_HOUR, seconds: 3_600 },
  'login-address': { quota: (config) => config.LOGINS_PER_MINUTE_PER_IP, seconds: 60 },
  'resend-minute': { quota: () => 1, seconds: 60 },
  'reset-hour': { quota: (config) => config.RESETS_PER_HOUR, seconds: 3_600 },
  'mail-address': { quota: (config) => config.MAILS_PER_HOUR_PER_IP, seconds: 3_600 },
  'export-hour': { quota: () => 5, seconds: 3_600 },
  'refresh-minute': { quota: (config) => config.REFRESHES_PER_MINUTE, seconds: 60 },
  'register-address': { quota: (config) => config.REGISTRATIONS_PER_HOUR_PER_IP, seconds: 3_600 },
} as const satisfies Record<string, Limit>
export type LimitName = keyof typeof limits

/**
 * Counts one attempt under each limit, before the work it limits, so that parallel attempts count too.
 * @param whom by limit: whose attempts are counted together; undefined counts nothing
 * @throws Problem `rate-limited` once a quota is used up, with Retry-After and the RateLimit fields of
 * draft-ietf-httpapi-ratelimit-headers-10
 */
export async function takeAttempt(
  deps: Pick<Deps, 'config' | 'db'>,
  whom: Partial<Record<LimitName, string | undefined>>,
): Promise<void> {
  const taken = (Object.keys(limits) as LimitName[]).flatMap((name) => {
    const who = whom[name]
    return who === undefined ? [] : [{ name, key: keyOfAttempt(name, who), ...limits[name] }]
  })
  if (taken.length === 0) return
  const counted = await countAttempts(deps.db, taken)
  const results = taken.flatMap((limit) => {
    const row = counted.find((one) => one.key.equals(limit.key))
    if (!row) return []
    const quota = limit.quota(deps.config)
    const resets = Math.max(1, Math.ceil(row.resetsInSeconds))
    return [{ ...limit, quota, resets, left: Math.max(0, quota - row.count), over: row.count > quota }]
  })
  const wait = Math.max(...results.filter((one) => one.over).map((one) => one.resets))
  if (wait === -Infinity) return
  throw problem(
    'rate-limited',
    { seconds: wait },
    {
      headers: {
        'retry-after': String(wait),
        'ratelimit-policy': results.map((one) => `"${one.name}";q=${one.quota};w=${one.seconds}`).join(', '),
        ratelimit: results.map((one) => `"${one.name}";r=${one.left};t=${one.resets}`).join(', '),
      },
    },
  )
}

/** The row that counts someone's attempts. */
export const keyOfAttempt = (name: LimitName, who: string): Buffer =>
  createHash('sha256').update(`${name}\n${who}`).digest()

/**
 * Whose attempts count together by where they come from; a connection that is gone already counts with its like.
 * Undefined where RATE_LIMIT_PER_IP is off.
 */
export function addressOf(
  config: Pick<AccountsConfig, 'RATE_LIMIT_PER_IP'>,
  ip: string | null,
): string | undefined {
  if (config.RATE_LIMIT_PER_IP === 'off') return undefined
  return ip === null ? 'unknown' : networkOf(ip)
}

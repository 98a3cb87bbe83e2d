import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { deriveKey, type Secrets } from '@likeness/runtime/secrets'
import type { Person } from '../database/people.queries.js'

type Owner = Pick<Person, 'id' | 'password_hash'>

/**
 * Cookies of devices on which someone logged in (OWASP, Slow Down Online Guessing Attacks with Device Cookies). A
 * cookie holds a token for each of the last accounts of the device. A token grants no access: it gives the device its
 * own count of attempts, so that others' guessing does not lock it out of the account. It ends when it expires and when
 * the password changes.
 */
export type DeviceCookies = {
  /** The id of the device, when its cookie has a token for this account. */
  find(cookie: string | undefined, owner: Owner): string | undefined
  /** The cookie after a log-in. */
  next(cookie: string | undefined, owner: Owner): { value: string; seconds: number }
}

// 16 bytes of device, 4 of expiry in seconds, 32 of MAC.
const size = 52
const accountsRemembered = 5

/**
 * @param secrets KEY_SECRET, and the other one while it is being changed
 * @param days how long a token lasts
 */
export function openDeviceCookies(secrets: Secrets, days: number): DeviceCookies {
  const keys = secrets.map((secret) => deriveKey(secret, 'likeness device cookies'))
  const macsOf = (head: Buffer, owner: Owner) =>
    keys.map((key) =>
      createHmac('sha256', key).update(head).update(`${owner.id}\n${owner.password_hash}`).digest(),
    )
  const isOf = (token: Buffer, owner: Owner) =>
    macsOf(token.subarray(0, 20), owner).some((mac) => timingSafeEqual(mac, token.subarray(20)))
  const seconds = days * 86_400

  return {
    find: (cookie, owner) =>
      tokensIn(cookie)
        .find((token) => isOf(token, owner))
        ?.toString('hex', 0, 16),
    next(cookie, owner) {
      const tokens = tokensIn(cookie)
      const own = tokens.find((token) => isOf(token, owner))
      const head = Buffer.concat([own?.subarray(0, 16) ?? randomBytes(16), Buffer.alloc(4)])
      head.writeUInt32BE(now() + seconds, 16)
      const [mac] = macsOf(head, owner)
      const made = Buffer.concat([head, ...(mac ? [mac] : [])])
      const kept = [made, ...tokens.filter((token) => token !== own)].slice(0, accountsRemembered)
      return { value: kept.map((token) => token.toString('base64url')).join('.'), seconds }
    },
  }
}

const now = () => Math.floor(Date.now() / 1000)

/** The parts of a cookie that are shaped like a token and have not expired. */
const tokensIn = (cookie = ''): Buffer[] =>
  cookie
    .split('.', accountsRemembered)
    .map((token) => Buffer.from(token, 'base64url'))
    .filter((token) => token.length === size && token.readUInt32BE(16) > now())

import { sessions } from '@likeness/contracts/endpoints'
import type { Guards } from '@likeness/runtime/auth'
import { callerOf } from '@likeness/runtime/caller'
import { readCookie, setCookie } from '@likeness/runtime/cookies'
import type { Request } from '@likeness/runtime/server'
import { readRefreshToken } from '../credentials/refresh-token.js'
import type { Person } from '../database/people.queries.js'
import { findLiveSession } from '../database/sessions.table.js'
import type { ApiDeps } from '../deps.js'

const deviceCookie = { name: 'likeness-device', path: sessions.logIn.path } as const

/**
 * The id under which a device that was logged in to this account before has its log-in attempts counted. It is known by
 * its cookie, or by a live session that its refresh token or access token belongs to. Undefined for every other device.
 * @param refreshToken from the body
 */
export async function findKnownDevice(
  deps: ApiDeps,
  guards: Guards,
  request: Request,
  person: Person,
  refreshToken?: string,
): Promise<string | undefined> {
  const { db, deviceCookies, refreshTokens } = deps
  const byCookie = deviceCookies.find(readDevice(deps, request), person)
  if (byCookie !== undefined) return byCookie
  const claimed = readRefreshToken(refreshToken ?? '')
  const session = claimed && (await findLiveSession(db, claimed.sessionId))
  if (session?.user_id === person.id && claimed && refreshTokens.isGenuine(session, claimed))
    return session.id
  // An access token may have expired: its device is then like any other.
  const caller = await guards.signedIn(request).then(
    () => callerOf(request),
    () => undefined,
  )
  return caller?.id === person.id ? caller.sessionId : undefined
}

/** Set-Cookie that makes the device known to this account until its password changes. */
export function rememberDevice(
  deps: Pick<ApiDeps, 'config' | 'deviceCookies'>,
  request: Request,
  owner: Pick<Person, 'id' | 'password_hash'>,
): string {
  const { value, seconds } = deps.deviceCookies.next(readDevice(deps, request), owner)
  return setCookie(deps.config.PUBLIC_URL, deviceCookie, value, seconds)
}

const readDevice = ({ config }: Pick<ApiDeps, 'config'>, request: Request) =>
  readCookie(config.PUBLIC_URL, deviceCookie.name, request.headers)

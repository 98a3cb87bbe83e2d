import type { IncomingHttpHeaders } from 'node:http'
import type { CookieTokens, Tokens } from '@likeness/contracts'
import { problem } from '../problems.js'

const path = '/v1/sessions'

/** The cookie that keeps a refresh token out of reach of the page's scripts. */
const nameFor = (publicUrl: string) =>
  publicUrl.startsWith('https:') ? '__Secure-likeness-refresh' : 'likeness-refresh'

/**
 * Set-Cookie for the refresh token of an answer, which then has none in its body. HttpOnly, SameSite=Strict
 * and sent to the session routes alone (RFC 6265bis).
 */
export function cookieOf(publicUrl: string, tokens: Tokens): { cookie: string; body: CookieTokens } {
  const { refreshToken, ...body } = tokens
  return { cookie: setCookie(publicUrl, refreshToken, tokens.refreshExpiresIn), body }
}

/** Set-Cookie that takes it away. */
export const clearedCookie = (publicUrl: string): string => setCookie(publicUrl, '', 0)

function setCookie(publicUrl: string, value: string, seconds: number): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  const expires = `Max-Age=${seconds}`
  return `${nameFor(publicUrl)}=${value}; Path=${path}; ${expires}; HttpOnly; SameSite=Strict${secure}`
}

/**
 * The refresh token of the request's cookie.
 * @throws Problem `cross-site-request` when a browser says that another site's page sent it: by
 * Sec-Fetch-Site, else by Origin. What sends neither is no browser, and carries no cookie against its will.
 */
export function readCookie(publicUrl: string, headers: IncomingHttpHeaders): string | undefined {
  const prefix = `${nameFor(publicUrl)}=`
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const token = pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length)
  if (token === undefined || token === '') return undefined
  const site = headers['sec-fetch-site']
  const isOwn =
    site === undefined ? isOwnOrigin(publicUrl, headers) : site === 'same-origin' || site === 'none'
  if (!isOwn) throw problem('cross-site-request')
  return token
}

/** People also type another name of the same server, such as localhost; Host has the one they typed. */
function isOwnOrigin(publicUrl: string, { origin, host }: IncomingHttpHeaders): boolean {
  const own = new URL(publicUrl)
  return origin === undefined || origin === own.origin || origin === `${own.protocol}//${host}`
}

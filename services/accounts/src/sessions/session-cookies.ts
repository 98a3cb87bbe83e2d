import type { IncomingHttpHeaders } from 'node:http'
import { accessCookie, type CookieTokens, type Tokens } from '@likeness/contracts'
import { sessions } from '@likeness/contracts/endpoints'
import { mayUseCookies, readCookie, setCookie } from '@likeness/runtime/cookies'
import type { AccountsConfig } from '../config.js'
import { problem } from '../problems.js'

type Deployment = Pick<AccountsConfig, 'PUBLIC_URL' | 'CORS_ORIGINS'>

const refreshCookie = { name: 'likeness-refresh', path: sessions.logIn.path } as const

/**
 * Set-Cookie for the tokens of an answer: the refresh token, which is then not in the body and is sent to the session
 * routes alone, and a copy of the access token, with which a browser follows uploads.
 */
export function cookiesOf(
  { PUBLIC_URL }: Deployment,
  tokens: Tokens,
): { cookies: string[]; body: CookieTokens } {
  const { refreshToken, ...body } = tokens
  const cookies = [
    setCookie(PUBLIC_URL, refreshCookie, refreshToken, tokens.refreshExpiresIn),
    setCookie(PUBLIC_URL, accessCookie, tokens.accessToken, tokens.expiresIn),
  ]
  return { cookies, body }
}

/** Set-Cookie that removes them. */
export const clearedCookies = ({ PUBLIC_URL }: Deployment): string[] =>
  [refreshCookie, accessCookie].map((cookie) => setCookie(PUBLIC_URL, cookie, '', 0))

/**
 * The refresh token of the request's cookie.
 * @throws Problem `cross-site-request` when the browser says that the request is from a page that may not use it
 */
export function readRefreshCookie(deployment: Deployment, headers: IncomingHttpHeaders): string | undefined {
  const token = readCookie(deployment.PUBLIC_URL, refreshCookie.name, headers)
  if (token !== undefined && !mayUseCookies(deployment, headers)) throw problem('cross-site-request')
  return token
}

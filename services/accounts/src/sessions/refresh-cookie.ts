import type { IncomingHttpHeaders } from 'node:http'
import type { CookieTokens, Tokens } from '@likeness/contracts'
import { mayUseCookies, readCookie, setCookie } from '@likeness/runtime'
import type { AccountsConfig } from '../config.js'
import { problem } from '../problems.js'

type Deployment = Pick<AccountsConfig, 'PUBLIC_URL' | 'CORS_ORIGINS'>

const name = 'likeness-refresh'
const path = '/v1/sessions'

/**
 * Set-Cookie for the refresh token of an answer, which then has none in its body: it is out of reach of the
 * page's scripts, and sent to the session routes alone.
 */
export function cookieOf({ PUBLIC_URL }: Deployment, tokens: Tokens): { cookie: string; body: CookieTokens } {
  const { refreshToken, ...body } = tokens
  return {
    cookie: setCookie(PUBLIC_URL, name, refreshToken, { path, seconds: tokens.refreshExpiresIn }),
    body,
  }
}

/** Set-Cookie that takes it away. */
export const clearedCookie = ({ PUBLIC_URL }: Deployment): string =>
  setCookie(PUBLIC_URL, name, '', { path, seconds: 0 })

/**
 * The refresh token of the request's cookie.
 * @throws Problem `cross-site-request` when a browser says that a page which may not use it sent it
 */
export function readRefreshCookie(deployment: Deployment, headers: IncomingHttpHeaders): string | undefined {
  const token = readCookie(deployment.PUBLIC_URL, name, headers)
  if (token !== undefined && !mayUseCookies(deployment, headers)) throw problem('cross-site-request')
  return token
}

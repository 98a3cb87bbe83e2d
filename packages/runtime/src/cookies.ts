import type { IncomingHttpHeaders } from 'node:http'

/** The public origin decides the name: over TLS a cookie cannot be set from plain HTTP (RFC 6265bis §4.1.3). */
const fullName = (publicUrl: string, name: string) =>
  publicUrl.startsWith('https:') ? `__Secure-${name}` : name

/**
 * Set-Cookie for a cookie that no script reads and no other site sends: HttpOnly, SameSite=Strict.
 * @param cookie its name, and the path below which it is sent
 * @param seconds how long it is kept; 0 takes it away
 */
export function setCookie(
  publicUrl: string,
  cookie: { readonly name: string; readonly path: string },
  value: string,
  seconds: number,
): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  const attributes = `Path=${cookie.path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`
  return `${fullName(publicUrl, cookie.name)}=${value}; ${attributes}`
}

/** The value of such a cookie; undefined when there is none, or an empty one. */
export function readCookie(
  publicUrl: string,
  name: string,
  headers: IncomingHttpHeaders,
): string | undefined {
  const prefix = `${fullName(publicUrl, name)}=`
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length) || undefined
}

/**
 * Whether a page that may use the cookies of this deployment sent the request: one of its own origin, or of
 * a listed one. Told by Sec-Fetch-Site, else by Origin. What sends neither is no browser, and carries no cookie
 * against its will.
 */
export function mayUseCookies(
  { PUBLIC_URL, CORS_ORIGINS }: { PUBLIC_URL: string; CORS_ORIGINS: readonly string[] },
  { origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders,
): boolean {
  if (origin !== undefined && CORS_ORIGINS.includes(origin)) return true
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const own = new URL(PUBLIC_URL)
  // People also type another name of the same server, such as localhost; Host has the one they typed.
  return origin === undefined || origin === own.origin || origin === `${own.protocol}//${host}`
}

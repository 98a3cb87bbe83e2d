import type { Entry } from './entry-card.js'

/** A page that its address alone opens: that of the link of an e-mail, or how far an erasure is. */
export type LinkedPlace =
  | { readonly page: 'verify-email' | 'reset-password' | 'stop-email-change'; readonly token: string }
  | { readonly page: 'erasure'; readonly id: string; readonly token: string }

/** The place someone is at. People who are not signed in see `entry` there. */
export type Place = { readonly page: 'home'; readonly entry?: Entry | undefined } | LinkedPlace

/**
 * Reads the address the page was opened with, and removes a token from it at once, so that nobody sees it over a
 * shoulder, in the history or in a shared address.
 */
export function takePlace(): Place {
  const { pathname, searchParams } = new URL(location.href)
  const token = searchParams.get('token')
  // This address is kept: whoever has it learns only how far an erasure is.
  const [, id, ofErasure] = /^\/erasure\/([^/]+)\/([^/]+)$/.exec(pathname) ?? []
  if (id && ofErasure) return { page: 'erasure', id, token: ofErasure }
  const isReset = pathname === '/reset-password'
  if (token !== null) history.replaceState(null, '', isReset ? pathname : '/')
  // An entry of before is not that of this visit.
  else if (history.state !== null) history.replaceState(null, '')
  if (token && isReset) return { page: 'reset-password', token }
  if (token && pathname === '/verify-email') return { page: 'verify-email', token }
  if (token && pathname === '/stop-email-change') return { page: 'stop-email-change', token }
  return isReset ? { page: 'home', entry: { way: 'forgot' } } : { page: 'home' }
}

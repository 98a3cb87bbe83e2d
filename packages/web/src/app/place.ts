import type { Entry } from './entry-card.js'

/** The place someone is at. People who are not signed in see `entry` there. */
export type Place =
  | { readonly page: 'home'; readonly entry?: Entry | undefined }
  | { readonly page: 'verify-email' | 'reset-password' | 'stop-email-change'; readonly token: string }

/**
 * Reads the address the page was opened with, and removes a token from it at once, so that nobody sees it over a
 * shoulder, in the history or in a shared address.
 */
export function takePlace(): Place {
  const { pathname, searchParams } = new URL(location.href)
  const token = searchParams.get('token')
  const isReset = pathname === '/reset-password'
  if (token !== null) history.replaceState(null, '', isReset ? pathname : '/')
  if (token && isReset) return { page: 'reset-password', token }
  if (token && pathname === '/verify-email') return { page: 'verify-email', token }
  if (token && pathname === '/stop-email-change') return { page: 'stop-email-change', token }
  return isReset ? { page: 'home', entry: { way: 'forgot' } } : { page: 'home' }
}

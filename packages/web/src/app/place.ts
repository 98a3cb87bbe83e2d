import type { Entry } from './entry-card.js'

/** Where someone is. `entry` is what they see there who are not signed in. */
export type Place =
  | { readonly page: 'home'; readonly entry?: Entry | undefined }
  | { readonly page: 'verify-email' | 'reset-password' | 'stop-email-change'; readonly token: string }

/**
 * Reads the address the page was opened with, and takes a token out of it at once: nobody sees it over a
 * shoulder, in the history or in what is shared of the address.
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

import { CookieTokens } from '@likeness/contracts'
import { call } from '../api/call.js'
import { rememberInLocalStorage } from './remembered.js'
import { createSession } from './session.js'

/** The session of this browser. */
export const session = createSession({
  remembered: rememberInLocalStorage(),
  refresh: () => call({ method: 'POST', path: '/v1/sessions/refresh' }, CookieTokens),
  // Locks exist only in secure contexts; elsewhere the server's grace for a lost answer has to do.
  exclusively: (work) => (navigator.locks ? navigator.locks.request('likeness.session', work) : work()),
  now: Date.now,
})

import { sessions } from '@likeness/contracts/endpoints'
import { call } from '../api/call.js'
import { rememberInLocalStorage } from './remembered.js'
import { createSession } from './session.js'

/** The session of this browser. */
export const session = createSession({
  remembered: rememberInLocalStorage(),
  refresh: async () => (await call(sessions.refresh, {})).body,
  // Locks exist only in secure contexts; elsewhere the server's grace for a lost answer has to suffice.
  exclusively: (work) => (navigator.locks ? navigator.locks.request('likeness.session', work) : work()),
  now: Date.now,
})

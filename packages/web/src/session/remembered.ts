import { z } from 'zod'
import type { Identity } from './session.js'

const KEY = 'likeness.session'
const Stored = z.object({ userId: z.string(), refreshToken: z.string() })

/**
 * Keeps the session over reloads in `localStorage`. Scripts of this origin can read it, hence the gateway's
 * Content-Security-Policy, the rotation of the token at each use, and an access token that is never stored.
 * Where storage is blocked the session lasts as long as the page.
 */
export function rememberInLocalStorage() {
  let unstored: Identity | undefined
  return {
    read: (): Identity | undefined => {
      try {
        return Stored.safeParse(JSON.parse(localStorage.getItem(KEY) ?? 'null')).data
      } catch {
        return unstored
      }
    },
    write: (identity: Identity | undefined): void => {
      unstored = identity
      try {
        if (identity === undefined) localStorage.removeItem(KEY)
        else localStorage.setItem(KEY, JSON.stringify(identity))
      } catch {
        // Blocked or full: `unstored` has it.
      }
    },
    onChange: (changed: () => void): void => {
      window.addEventListener('storage', (event) => {
        if (event.key === KEY || event.key === null) changed()
      })
    },
  }
}

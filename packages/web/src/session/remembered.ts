const KEY = 'likeness.user'

/**
 * Remembers across reloads, and tells every tab, who is signed in: an id, no secret. If storage is blocked, the session
 * lasts as long as the page.
 */
export function rememberInLocalStorage() {
  let unstored: string | undefined
  return {
    read: (): string | undefined => {
      try {
        return localStorage.getItem(KEY) ?? undefined
      } catch {
        return unstored
      }
    },
    write: (userId: string | undefined): void => {
      unstored = userId
      try {
        if (userId === undefined) localStorage.removeItem(KEY)
        else localStorage.setItem(KEY, userId)
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

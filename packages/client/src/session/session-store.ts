/** What outlasts a page: whose session it is, and the refresh token unless a cookie has it. */
export type Kept = { readonly userId: string; readonly refreshToken?: string }

/** Where a session is kept, such as a file of a program of yours. Everything in it is read anew before it is used. */
export type SessionStore = {
  read: () => Kept | undefined
  write: (kept: Kept | undefined) => void
  /** Calls back when something else, such as another tab, has changed it. */
  onChange?: (changed: () => void) => void
}

/** Keeps a session for as long as the program runs. */
export function inMemory(): SessionStore {
  let kept: Kept | undefined
  return {
    read: () => kept,
    write: (next) => {
      kept = next
    },
  }
}

/**
 * Keeps a session across reloads, for all tabs of an origin. With a session in cookies that is an id, no secret; else
 * the refresh token, which any script of the origin can read then. If storage is blocked, it lasts as long as the page.
 */
export function inLocalStorage(key = 'likeness.user'): SessionStore {
  const memory = inMemory()
  return {
    read: () => {
      try {
        const [userId, refreshToken] = localStorage.getItem(key)?.split(' ') ?? []
        return userId ? { userId, ...(refreshToken && { refreshToken }) } : undefined
      } catch {
        return memory.read()
      }
    },
    write: (kept) => {
      memory.write(kept)
      try {
        const { userId, refreshToken } = kept ?? {}
        if (userId) localStorage.setItem(key, refreshToken ? `${userId} ${refreshToken}` : userId)
        else localStorage.removeItem(key)
      } catch {
        // Blocked or full: memory has it.
      }
    },
    onChange: (changed) =>
      // A server that renders pages has none.
      globalThis.addEventListener?.('storage', (event) => {
        if (event.key === key || event.key === null) changed()
      }),
  }
}

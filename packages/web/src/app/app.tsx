import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useSession } from '../session/use-session.js'
import { Home } from './home.js'
import { Welcome } from './welcome.js'

export function App() {
  const session = useSession()
  const queries = useQueryClient()
  const main = useRef<HTMLElement>(null)
  const shown = useRef(session)

  useEffect(() => {
    if (shown.current === session) return
    shown.current = session
    // What was read for one user is nothing for the next, and the focused button is gone.
    if (session.status === 'signed-out') queries.clear()
    main.current?.focus({ preventScroll: true })
  }, [session, queries])

  return (
    <main ref={main} tabIndex={-1}>
      {session.status === 'signed-in' ? (
        <Home key={session.userId} userId={session.userId} />
      ) : (
        <Welcome expired={session.expired} />
      )}
    </main>
  )
}

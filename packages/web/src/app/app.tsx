import type { SessionState } from '@likeness/client'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { StopEmailChange } from '../emails/stop-email-change.js'
import { VerifyEmail } from '../emails/verify-email.js'
import { ResetPasswordPage } from '../passwords/reset-password.js'
import { meKey } from '../session/use-me.js'
import { useSession } from '../session/use-session.js'
import type { Entry } from './entry-card.js'
import { Home } from './home.js'
import type { Place } from './place.js'
import { Welcome } from './welcome.js'

/** @param first the place the address led to */
export function App({ first }: { first: Place }) {
  const [place, setPlace] = useState(first)
  const session = useSession()
  const queries = useQueryClient()
  const main = useRef<HTMLElement>(null)
  const shown = useRef({ session, place })

  const goHome = useCallback((entry?: Entry) => {
    history.replaceState(null, '', '/')
    setPlace({ page: 'home', entry })
  }, [])

  useEffect(() => {
    if (shown.current.session === session && shown.current.place === place) return
    shown.current = { session, place }
    // Data read for one user is not for the next, and the focused button is gone.
    if (session.status === 'signed-out') queries.removeQueries({ queryKey: meKey() })
    // The entry that the address led to is done with.
    else if (place.page === 'home' && place.entry) goHome()
    main.current?.focus({ preventScroll: true })
  }, [session, place, queries, goHome])

  return (
    <main ref={main} tabIndex={-1}>
      {place.page === 'verify-email' && (
        <VerifyEmail token={place.token} onContinue={() => goHome({ way: 'log-in' })} />
      )}
      {place.page === 'stop-email-change' && <StopEmailChange token={place.token} />}
      {place.page === 'reset-password' && (
        <ResetPasswordPage
          token={place.token}
          onChanged={() => goHome({ way: 'log-in', after: 'password-changed' })}
        />
      )}
      {place.page === 'home' && <Front session={session} entry={place.entry} />}
    </main>
  )
}

function Front({ session, entry }: { session: SessionState; entry: Entry | undefined }) {
  if (session.status === 'signed-in') return <Home key={session.userId} userId={session.userId} />
  if (session.expired) return <Welcome entry={{ way: 'log-in', after: 'expired' }} />
  return <Welcome entry={entry ?? { way: 'register' }} />
}

import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { meKey } from '../session/use-me.js'
import { useSession } from '../session/use-session.js'
import { Caught } from './caught.js'
import type { Entry } from './entry-card.js'
import type { Place } from './place.js'

// Whoever is signed in loads nothing of the ways in, and the other way around.
const Area = lazy(() => import('./area.js'))
const Welcome = lazy(() => import('./welcome.js'))
const LinkPlace = lazy(() => import('./link-place.js'))
const LogInAgain = lazy(() => import('./log-in-again.js'))

/** @param first the place the address led to */
export function App({ first }: { first: Place }) {
  const [place, setPlace] = useState(first)
  const goHome = useCallback((entry?: Entry) => {
    history.replaceState(null, '', '/')
    setPlace({ page: 'home', entry })
  }, [])
  const done = useCallback(() => setPlace({ page: 'home' }), [])
  return (
    <Caught>
      <Suspense>
        {place.page === 'home' ? (
          <Front entry={place.entry} onSignedIn={done} />
        ) : (
          <main>
            <LinkPlace place={place} onDone={goHome} />
          </main>
        )}
      </Suspense>
    </Caught>
  )
}

/**
 * The area of whoever is signed in, else the ways in. A session that ends while someone works keeps their page, if it was
 * ever filled, and asks them to log in on top of it: nothing they typed is lost.
 */
function Front({ entry, onSignedIn }: { entry: Entry | undefined; onSignedIn: () => void }) {
  const session = useSession()
  const queries = useQueryClient()
  const [userId, setUserId] = useState(session.status === 'signed-in' ? session.userId : undefined)
  const isOver =
    session.status === 'signed-out' &&
    (!session.expired || queries.getQueryData(meKey(userId ?? '')) === undefined)
  const isAnother = session.status === 'signed-in' && session.userId !== userId
  if (isOver && userId !== undefined) setUserId(undefined)
  if (isAnother) setUserId(session.userId)

  // Data read for one person is not for the next.
  useEffect(() => {
    if (userId !== undefined) return () => queries.clear()
  }, [userId, queries])
  useEffect(() => {
    if (userId !== undefined) onSignedIn()
  }, [userId, onSignedIn])

  if (userId !== undefined) {
    return (
      <>
        <Area key={userId} userId={userId} />
        <Suspense>
          {session.status === 'signed-out' && <LogInAgain onLeave={() => setUserId(undefined)} />}
        </Suspense>
      </>
    )
  }
  const expired = session.status === 'signed-out' && session.expired
  return <SignedOut entry={expired ? { way: 'log-in', after: 'expired' } : entry} />
}

function SignedOut({ entry }: { entry: Entry | undefined }) {
  const main = useRef<HTMLElement>(null)
  // The button that logged out is gone.
  useEffect(() => main.current?.focus({ preventScroll: true }), [])
  return (
    <main ref={main} tabIndex={-1}>
      <Welcome entry={entry ?? { way: 'register' }} />
    </main>
  )
}

import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { asFault } from '../api/likeness.js'
import { chooseLanguage } from '../language/language.js'
import { useMe } from '../session/use-me.js'
import { FaultNotice } from '../ui/fault-notice.js'
import type { Typed } from '../ui/typed.js'
import { NoRight } from './no-right.js'
import { NotFound } from './not-found.js'
import { PageSkeleton } from './page-skeleton.js'
import { isOperator, Shell } from './shell.js'

const Picture = lazy(() => import('../account/picture/picture-page.js'))
const accountPages = {
  '/history': lazy(() => import('../account/history/history-page.js')),
  '/profile': lazy(() => import('../account/profile/profile-page.js')),
  '/security': lazy(() => import('../account/security/security-page.js')),
  '/activity': lazy(() => import('../account/activity/activity-page.js')),
  '/data': lazy(() => import('../account/data/data-page.js')),
}
const Console = lazy(() => import('../console/console.js'))

/** Everything for someone who is signed in: their account, and the console for operators. */
export default function Area({ userId }: { userId: string }) {
  const me = useMe(userId)
  const [typed, setTyped] = useState<readonly Typed[]>([])
  const locale = me.data?.profile.locale
  useEffect(() => {
    if (locale !== undefined) chooseLanguage(locale)
  }, [locale])
  return (
    <Shell me={me.data}>
      <Page>
        <Suspense fallback={<PageSkeleton />}>
          <Switch>
            <Route path="/">
              <Picture userId={userId} />
            </Route>
            {Object.entries(accountPages).map(([path, AccountPage]) => (
              <Route key={path} path={path}>
                <AccountPage userId={userId} />
              </Route>
            ))}
            <Route path="/console/*?">
              {isOperator(me.data) ? (
                <Console me={me.data} onLost={setTyped} />
              ) : me.data ? (
                <NoRight typed={typed} />
              ) : (
                <Unread me={me} />
              )}
            </Route>
            {['/log-in', '/register', '/forgot-password', '/reset-password'].map((path) => (
              <Route key={path} path={path}>
                <Redirect to="/" replace />
              </Route>
            ))}
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </Suspense>
      </Page>
    </Shell>
  )
}

/** Whoever opens the console is not known yet, or could not be read. */
const Unread = ({ me }: { me: ReturnType<typeof useMe> }) =>
  me.error ? <FaultNotice fault={asFault(me.error)} again={() => void me.refetch()} /> : <PageSkeleton />

/** The part of the page that an address changes. It takes focus, so that a screen reader goes there too. */
function Page({ children }: { children: React.ReactNode }) {
  const [path] = useLocation()
  const main = useRef<HTMLElement>(null)
  const before = useRef<string>(undefined)
  useEffect(() => {
    const went = before.current !== path
    before.current = path
    if (went) main.current?.focus({ preventScroll: true })
  }, [path])
  return (
    <main ref={main} id="main" tabIndex={-1} className="pb-16">
      {children}
    </main>
  )
}

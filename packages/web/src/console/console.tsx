import { isProblem, type Me } from '@likeness/client'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, useEffect, useLayoutEffect } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { textsOf, useTexts } from '../language/texts.js'
import { meKey } from '../session/use-me.js'
import { Empty } from '../ui/empty.js'
import { type Typed, typedOnPage } from '../ui/typed.js'
import { ListKeys } from './ui/list-keys.js'

const Uploads = lazy(() => import('./uploads/uploads-page.js'))
const Users = lazy(() => import('./users/users-page.js'))
const Insights = lazy(() => import('./insights/insights-page.js'))
const Failures = lazy(() => import('./failures/failures-page.js'))
const Upkeep = lazy(() => import('./upkeep/upkeep-page.js'))
const Queues = lazy(() => import('./queues/queues-page.js'))
const Keys = lazy(() => import('./keys/keys-page.js'))
const Webhooks = lazy(() => import('./webhooks/webhooks-page.js'))
const TakeDown = lazy(() => import('./take-down/take-down-page.js'))

/**
 * The pages for managers and administrators.
 * @param me who is known to be one
 * @param onLost called with what was typed when they are one no longer
 */
export default function Console({ me, onLost }: { me: Me; onLost: (typed: readonly Typed[]) => void }) {
  useRoleAsItIs()
  useTypedKept(me, onLost)
  return (
    <>
      <ListKeys />
      <Pages me={me} />
    </>
  )
}

function Pages({ me }: { me: Me }) {
  return (
    <Switch>
      <Route path="/console">
        <Redirect to="/console/uploads" replace />
      </Route>
      <Route path="/console/uploads">
        <Uploads me={me} />
      </Route>
      <Route path="/console/users">
        <Users me={me} />
      </Route>
      <Route path="/console/insights">
        <Insights />
      </Route>
      <Route path="/console/failures">
        <Failures />
      </Route>
      <Route path="/console/upkeep">
        <Upkeep me={me} />
      </Route>
      {me.role === 'admin' && (
        <Route path="/console/queues">
          <Queues />
        </Route>
      )}
      {me.role === 'admin' && (
        <Route path="/console/keys">
          <Keys />
        </Route>
      )}
      {me.role === 'admin' && (
        <Route path="/console/webhooks">
          <Webhooks />
        </Route>
      )}
      <Route path="/console/take-down">
        <TakeDown />
      </Route>
      <Route>
        <Nowhere />
      </Route>
    </Switch>
  )
}

/** Reads again who is signed in when the server refuses something: the role may have been taken away. */
function useRoleAsItIs() {
  const queries = useQueryClient()
  useEffect(() => {
    const readAgain = (error: unknown) => {
      if (isProblem(error, 'forbidden')) void queries.invalidateQueries({ queryKey: meKey() })
    }
    const stops = [
      queries.getQueryCache().subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'error') readAgain(event.action.error)
      }),
      queries.getMutationCache().subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'error') readAgain(event.action.error)
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [queries])
}

/** Hands over what is typed before a role that is lost takes the page away. */
function useTypedKept({ id }: Me, onLost: (typed: readonly Typed[]) => void) {
  const queries = useQueryClient()
  useLayoutEffect(
    () => () => {
      if (queries.getQueryData<Me>(meKey(id))?.role === 'user') onLost(typedOnPage())
    },
    [queries, id, onLost],
  )
}

function Nowhere() {
  const words = useTexts(texts)
  return (
    <Empty title={words.title} isPage>
      <p>{words.text}</p>
    </Empty>
  )
}

const texts = textsOf({
  en: {
    title: 'The console has no such page for you',
    text: 'Choose one above. Service keys and webhooks are for administrators alone.',
  },
  fr: {
    title: 'La console n’a pas cette page pour vous',
    text: 'Choisissez-en une ci-dessus. Les clés de service et les webhooks sont réservés aux administrateurs.',
  },
})

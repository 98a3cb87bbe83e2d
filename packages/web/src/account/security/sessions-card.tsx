import type { SessionPage } from '@likeness/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Card } from '../../ui/card.js'
import { useDeviceName } from '../../ui/device-name.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { Pager, useCursor } from '../../ui/pager.js'
import { Skeleton } from '../../ui/skeleton.js'
import { Tag } from '../../ui/tag.js'
import { endOtherSessions, endSession } from './end-sessions.js'
import { listSessions } from './list-sessions.js'

/** The devices that are logged in. */
export function SessionsCard() {
  const words = useTexts(texts)
  const nameOf = useDeviceName()
  const { dateTime } = useFormats()
  const cursor = useCursor()
  const queries = useQueryClient()
  const sessions = useQuery(listSessions(cursor))
  const end = useMutation({
    mutationFn: (id: string | undefined): Promise<unknown> =>
      id === undefined ? endOtherSessions() : endSession(id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  })
  const failed = end.error ?? (sessions.data ? null : sessions.error)
  const others = sessions.data?.items.filter(({ current }) => !current) ?? []
  return (
    <Card title={words.title} lead={words.lead}>
      {failed && (
        <div className="mb-4">
          <FaultNotice
            fault={asFault(failed)}
            again={end.error ? undefined : () => void sessions.refetch()}
          />
        </div>
      )}
      <p role="status" className="text-sm text-accent not-empty:mb-3">
        {end.isSuccess && (end.variables === undefined ? words.endedOthers : words.endedOne)}
      </p>
      {!sessions.data && !failed && <Skeleton className="h-40 w-full" />}
      <ul className="divide-y divide-line">
        {sessions.data?.items.map((session) => (
          <Device key={session.id} session={session}>
            {!session.current && (
              <Button
                busy={end.isPending && end.variables === session.id}
                onClick={() => end.mutate(session.id)}
              >
                {words.end}{' '}
                <span className="sr-only">
                  {words.since(nameOf(session.device), dateTime(session.createdAt))}
                </span>
              </Button>
            )}
          </Device>
        ))}
      </ul>
      {(others.length > 0 || cursor !== undefined) && (
        <div className="mt-4">
          <Button busy={end.isPending && end.variables === undefined} onClick={() => end.mutate(undefined)}>
            {words.endOthers}
          </Button>
        </div>
      )}
      <Pager next={sessions.data?.nextCursor} />
    </Card>
  )
}

function Device({ session, children }: { session: SessionPage['items'][number]; children: ReactNode }) {
  const words = useTexts(texts)
  const nameOf = useDeviceName()
  return (
    <li className="flex min-h-20 flex-wrap items-center justify-between gap-3 py-3">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
          {nameOf(session.device)}
          {session.current && <Tag look="good">{words.current}</Tag>}
        </p>
        <p className="text-sm text-soft">
          {words.used(<Moment at={session.lastUsedAt} look="ago" />)}
          {session.ip && ` · ${session.ip}`}
        </p>
        <p className="text-sm text-soft">{words.loggedIn(<Moment at={session.createdAt} />)}</p>
      </div>
      {children}
    </li>
  )
}

const texts = textsOf({
  en: {
    title: 'Where you are logged in',
    lead: 'Log out a device you do not know, and change your password then.',
    current: 'This device',
    used: (when: ReactNode): ReactNode => <>Last used {when}</>,
    loggedIn: (when: ReactNode): ReactNode => <>Logged in {when}</>,
    end: 'Log out',
    since: (device: string, at: string) => `${device}, logged in ${at}`,
    endOthers: 'Log out all others',
    endedOne: 'The device was logged out.',
    endedOthers: 'All other devices were logged out.',
  },
  fr: {
    title: 'Où vous êtes connecté',
    lead: 'Déconnectez un appareil que vous ne connaissez pas, puis changez votre mot de passe.',
    current: 'Cet appareil',
    used: (when: ReactNode): ReactNode => <>Dernière utilisation {when}</>,
    loggedIn: (when: ReactNode): ReactNode => <>Connexion le {when}</>,
    end: 'Déconnecter',
    since: (device: string, at: string) => `${device}, connexion du ${at}`,
    endOthers: 'Déconnecter tous les autres',
    endedOne: 'L’appareil a été déconnecté.',
    endedOthers: 'Tous les autres appareils ont été déconnectés.',
  },
})

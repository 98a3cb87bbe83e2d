import { type AdminUser, isProblem, type Me } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { Notice } from '../../ui/notice.js'
import { Skeleton } from '../../ui/skeleton.js'
import { useTold } from '../ui/use-told.js'
import { Portrait } from './portrait.js'
import { readUser, type SeenUser } from './read-user.js'
import { UploadForDialog } from './upload-for-dialog.js'
import { UserActDialog } from './user-act-dialog.js'
import { userActWords } from './user-act-words.js'
import { UserActivity } from './user-activity.js'
import { actsOn, type UserAct } from './user-acts.js'
import { UserTags } from './user-tags.js'

/** One user beside the list: who they are, what may be done, and what happened. */
export function UserDrawer({ id, me, onClose }: { id: string; me: Me; onClose: () => void }) {
  const words = useTexts(texts)
  const actWords = useTexts(userActWords)
  const read = useQuery(readUser(id))
  const [open, setOpen] = useState<{ act: UserAct; seen: SeenUser } | 'upload'>()
  const [done, setDone] = useState<UserAct>()
  const told = useTold(done)
  const isClosed = done === 'close'
  const user = isClosed ? undefined : read.data?.user
  return (
    <Dialog
      place="side"
      onClose={onClose}
      title={<bdi>{user ? `@${user.username}` : isClosed ? words.closed : words.user}</bdi>}
    >
      <div ref={told} tabIndex={-1}>
        {done && <Notice kind="done" title={actWords[done].done} />}
      </div>
      {read.error && !isClosed && (
        <FaultNotice
          fault={asFault(read.error)}
          again={isProblem(read.error, 'user-not-found') ? undefined : () => void read.refetch()}
        />
      )}
      {read.isPending && <Skeleton className="h-96 w-full" />}
      {user && read.data && (
        <>
          <div className="flex items-center gap-4">
            <Portrait user={user} className="size-20" />
            <div className="min-w-0">
              <p className="font-serif text-xl font-semibold wrap-anywhere">
                <bdi>{user.profile.nickname}</bdi>
              </p>
              <p className="text-soft wrap-anywhere">
                <bdi>{user.email}</bdi>
              </p>
              <UserTags user={user} />
            </div>
          </div>
          <div className="flex flex-wrap items-center gap-3">
            {actsOn(user, me).map((act) => (
              <Button key={act} onClick={() => setOpen({ act, seen: read.data })}>
                {actWords[act].name}…
              </Button>
            ))}
            <Button onClick={() => setOpen('upload')}>{words.uploadFor}…</Button>
            <Link
              href={`/console/uploads?user=${user.id}`}
              className="inline-flex min-h-11 items-center font-medium text-accent underline-offset-4 hover:underline"
            >
              {words.uploads}
            </Link>
          </div>
          {actsOn(user, me).length === 0 && <p className="text-sm text-soft">{words.noActs}</p>}
          <Facts user={user} />
          <UserActivity id={id} />
        </>
      )}
      {open === 'upload' && user && <UploadForDialog user={user} onClose={() => setOpen(undefined)} />}
      {open !== undefined && open !== 'upload' && (
        <UserActDialog
          act={open.act}
          seen={open.seen}
          me={me}
          onClose={() => setOpen(undefined)}
          onDone={() => {
            setDone(open.act)
            setOpen(undefined)
          }}
        />
      )}
    </Dialog>
  )
}

function Facts({ user }: { user: AdminUser }) {
  const words = useTexts(texts)
  const { profile } = user
  const facts: Readonly<Record<keyof typeof words.facts, ReactNode>> = {
    id: <code className="text-xs break-all">{user.id}</code>,
    name: [profile.firstName, profile.lastName].filter(Boolean).join(' '),
    group: user.group,
    phone: profile.phoneNumber,
    company: [profile.profession, profile.companyName].filter(Boolean).join(', '),
    bio: profile.bio,
    language: profile.locale,
    custom: Object.keys(profile.custom).length > 0 && JSON.stringify(profile.custom),
    createdAt: <Moment at={user.createdAt} />,
    updatedAt: <Moment at={user.updatedAt} />,
    disabledAt: user.disabledAt && <Moment at={user.disabledAt} />,
  }
  const names = Object.keys(words.facts) as (keyof typeof words.facts)[]
  return (
    <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {names.map((name) => (
        <div key={name} className="contents">
          <dt className="text-soft">{words.facts[name]}</dt>
          <dd className="wrap-anywhere">
            <bdi>{facts[name] || <span className="text-soft">–</span>}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  )
}

const texts = textsOf({
  en: {
    user: 'User',
    closed: 'A closed account',
    uploads: 'Their uploads',
    uploadFor: 'Upload for them',
    noActs: 'Only administrators act on managers and administrators.',
    facts: {
      id: 'Id',
      name: 'Name',
      group: 'Group',
      phone: 'Phone',
      company: 'Work',
      bio: 'About',
      language: 'Language',
      custom: 'Own fields',
      createdAt: 'Registered',
      updatedAt: 'Changed',
      disabledAt: 'Disabled',
    },
  },
  fr: {
    user: 'Utilisateur',
    closed: 'Un compte fermé',
    uploads: 'Ses envois',
    uploadFor: 'Envoyer pour lui',
    noActs: 'Seuls les administrateurs agissent sur les gestionnaires et les administrateurs.',
    facts: {
      id: 'Identifiant',
      name: 'Nom',
      group: 'Groupe',
      phone: 'Téléphone',
      company: 'Travail',
      bio: 'À propos',
      language: 'Langue',
      custom: 'Champs propres',
      createdAt: 'Inscription',
      updatedAt: 'Modifié',
      disabledAt: 'Désactivé',
    },
  },
})

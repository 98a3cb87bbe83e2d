import type { AdminUser, Me } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import type { SyntheticEvent } from 'react'
import { Link } from 'wouter'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Choice } from '../../ui/choice.js'
import { Empty } from '../../ui/empty.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Field } from '../../ui/field.js'
import { Moment } from '../../ui/moment.js'
import { PageTitle } from '../../ui/page-title.js'
import { entriesOf } from '../../ui/use-form.js'
import { closeDrawer, fromList } from '../ui/close-drawer.js'
import { type Column, DataTable } from '../ui/data-table.js'
import { Pager } from '../ui/pager.js'
import { fromStart, useAddress } from '../ui/use-address.js'
import { useFilled } from '../ui/use-filled.js'
import { Portrait } from './portrait.js'
import { filterNames, listUsers } from './read-user.js'
import { UserDrawer } from './user-drawer.js'
import { UserTags } from './user-tags.js'

/** Everyone with an account: found, looked at, and acted on. */
export default function UsersPage({ me }: { me: Me }) {
  const words = useTexts(texts)
  const { params, change, hrefWith } = useAddress()
  const columns = useColumns((id) => hrefWith({ user: id }))
  const list = useQuery(listUsers(params))
  const form = useFilled(Object.fromEntries(filterNames.map((name) => [name, params.get(name) ?? ''])))
  const rows = list.data?.items
  const openId = params.get('user') ?? undefined
  const fault = list.error ? asFault(list.error) : undefined
  const find = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault()
    change(fromStart(entriesOf(event.currentTarget)))
  }
  return (
    <>
      <PageTitle title={words.title} lead={words.lead} />
      <form
        ref={form}
        onSubmit={find}
        noValidate
        className="mb-4 grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-[minmax(0,2fr)_repeat(3,minmax(0,1fr))_auto]"
      >
        <Field
          label={words.q}
          name="q"
          type="search"
          dir="auto"
          error={fault?.field('q')}
          autoComplete="off"
          spellCheck="false"
        />
        <Choice label={words.role} name="role" choices={words.roles} />
        <Choice label={words.status} name="status" choices={words.statuses} />
        <Field label={words.group} name="group" error={fault?.field('group')} />
        <div className="lg:pt-[1.65rem]">
          <Button type="submit" look="primary">
            {words.find}
          </Button>
        </div>
      </form>
      {fault && (
        <div className="mb-4">
          <FaultNotice fault={fault} shown={['q', 'group']} again={() => void list.refetch()} />
        </div>
      )}
      {(rows || !fault) && (
        <DataTable
          label={words.title}
          columns={columns}
          rows={rows}
          keyOf={({ id }) => id}
          openKey={openId}
          busy={list.isPlaceholderData}
          onOpen={({ id }) => change({ user: id }, { state: fromList })}
          empty={
            <Empty title={words.noMatch}>
              <p>{words.noMatchText}</p>
            </Empty>
          }
        />
      )}
      {list.data && (
        <div key={list.data.items.length} className="mt-4">
          <Pager next={list.data.nextCursor} shown={list.data.items.length} />
        </div>
      )}
      {openId !== undefined && (
        <UserDrawer
          key={openId}
          id={openId}
          me={me}
          onClose={() => closeDrawer(() => change({ user: undefined }, { replace: true }))}
        />
      )}
    </>
  )
}

function useColumns(hrefOf: (id: string) => string): Column<AdminUser>[] {
  const words = useTexts(texts)
  return [
    { key: 'picture', name: words.picture, width: 4.5, cell: (user) => <Portrait user={user} /> },
    {
      key: 'username',
      name: words.username,
      width: 11,
      cell: ({ id, username }) => (
        <Link
          href={hrefOf(id)}
          state={fromList}
          className="inline-flex min-h-9 max-w-full items-center font-medium underline-offset-4 hover:underline"
        >
          <bdi className="truncate">{username}</bdi>
        </Link>
      ),
    },
    {
      key: 'nickname',
      name: words.nickname,
      width: 11,
      cell: ({ profile }) => <bdi title={profile.nickname}>{profile.nickname}</bdi>,
    },
    { key: 'email', name: words.email, width: 14, cell: ({ email }) => <bdi title={email}>{email}</bdi> },
    { key: 'role', name: words.role, width: 12.5, cell: (user) => <UserTags user={user} /> },
    { key: 'group', name: words.group, width: 8, cell: ({ group }) => group },
    {
      key: 'createdAt',
      name: words.createdAt,
      width: 12,
      cell: ({ createdAt }) => <Moment at={createdAt} />,
    },
  ]
}

const texts = textsOf({
  en: {
    title: 'Users',
    lead: 'Everyone with an account, the newest first.',
    q: 'Name or address',
    role: 'Role',
    roles: { '': 'Any', user: 'User', manager: 'Manager', admin: 'Administrator' },
    status: 'State',
    statuses: { '': 'Any', active: 'Active', disabled: 'Disabled', unverified: 'Unverified' },
    group: 'Group',
    find: 'Find',
    picture: 'Picture',
    username: 'Username',
    nickname: 'Nickname',
    email: 'E-mail',
    createdAt: 'Registered',
    noMatch: 'No user matches',
    noMatchText: 'Search for a shorter part of the name or the address.',
  },
  fr: {
    title: 'Utilisateurs',
    lead: 'Toutes les personnes qui ont un compte, les plus récentes d’abord.',
    q: 'Nom ou adresse',
    role: 'Rôle',
    roles: { '': 'Tous', user: 'Utilisateur', manager: 'Gestionnaire', admin: 'Administrateur' },
    status: 'État',
    statuses: { '': 'Tous', active: 'Actif', disabled: 'Désactivé', unverified: 'Non vérifié' },
    group: 'Groupe',
    find: 'Rechercher',
    picture: 'Photo',
    username: 'Nom d’utilisateur',
    nickname: 'Surnom',
    email: 'E-mail',
    createdAt: 'Inscription',
    noMatch: 'Aucun utilisateur ne correspond',
    noMatchText: 'Cherchez une partie plus courte du nom ou de l’adresse.',
  },
})

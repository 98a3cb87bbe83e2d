import type { ServiceKey } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Empty } from '../../ui/empty.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { PageTitle } from '../../ui/page-title.js'
import { Tag } from '../../ui/tag.js'
import { type Column, DataTable } from '../ui/data-table.js'
import { NamesOf } from '../ui/names.js'
import { Person } from '../ui/person.js'
import { CreateKeyDialog } from './create-key-dialog.js'
import { listKeys, stateOf, successorOf } from './list-keys.js'
import { ReplaceKeyDialog } from './replace-key-dialog.js'
import { RevokeKeyDialog } from './revoke-key-dialog.js'

type Act = 'replace' | 'revoke'

/** Service keys of backends and jobs. */
export default function KeysPage() {
  const words = useTexts(texts)
  const [open, setOpen] = useState<'create' | { act: Act; key: ServiceKey }>()
  const list = useQuery(listKeys())
  const keys = list.data ?? []
  const columns = useColumns(keys, (act, key) => setOpen({ act, key }))
  const close = () => setOpen(undefined)
  return (
    <NamesOf ids={keys.flatMap(({ createdBy }) => createdBy ?? [])}>
      <PageTitle title={words.title} lead={words.lead}>
        <Button look="primary" onClick={() => setOpen('create')}>
          {words.create}
        </Button>
      </PageTitle>
      {list.error && <FaultNotice fault={asFault(list.error)} again={() => void list.refetch()} />}
      {(list.data || !list.error) && (
        <DataTable
          label={words.title}
          expected={4}
          columns={columns}
          rows={list.data}
          keyOf={({ id }) => id}
          empty={
            <Empty title={words.none}>
              <p>{words.noneText}</p>
            </Empty>
          }
        />
      )}
      {open === 'create' && <CreateKeyDialog onClose={close} />}
      {open !== undefined && open !== 'create' && open.act === 'replace' && (
        <ReplaceKeyDialog serviceKey={open.key} onClose={close} />
      )}
      {open !== undefined && open !== 'create' && open.act === 'revoke' && (
        <RevokeKeyDialog serviceKey={open.key} successor={successorOf(open.key, keys)} onClose={close} />
      )}
    </NamesOf>
  )
}

function useColumns(
  keys: readonly ServiceKey[],
  onAct: (act: Act, key: ServiceKey) => void,
): Column<ServiceKey>[] {
  const words = useTexts(texts)
  return [
    {
      key: 'name',
      name: words.name,
      width: 13,
      cell: ({ name, prefix }) => (
        <>
          <bdi title={name} className="block truncate font-medium">
            {name}
          </bdi>
          <code className="text-xs text-soft">{prefix}…</code>
        </>
      ),
    },
    {
      key: 'scopes',
      name: words.scopes,
      width: 14,
      cell: ({ scopes }) => <span title={scopes.join(', ')}>{scopes.join(', ')}</span>,
    },
    { key: 'state', name: words.state, width: 9, cell: (one) => <State serviceKey={one} keys={keys} /> },
    {
      key: 'expiresAt',
      name: words.expiresAt,
      width: 8,
      cell: (one) => <Moment at={one.expiresAt} look="ago" />,
    },
    {
      key: 'lastUsedAt',
      name: words.lastUsedAt,
      width: 8,
      cell: ({ lastUsedAt }) => (lastUsedAt ? <Moment at={lastUsedAt} look="ago" /> : words.never),
    },
    {
      key: 'createdBy',
      name: words.createdBy,
      width: 8,
      cell: ({ createdBy }) => (createdBy ? <Person id={createdBy} /> : words.command),
    },
    {
      key: 'acts',
      name: words.act,
      width: 12,
      cell: (one) =>
        stateOf(one) === 'valid' && (
          <span className="flex gap-4">
            {!successorOf(one, keys) && (
              <Button look="quiet" onClick={() => onAct('replace', one)}>
                {words.replace}…
              </Button>
            )}
            <Button look="quiet" onClick={() => onAct('revoke', one)}>
              {words.revoke}…
            </Button>
          </span>
        ),
    },
  ]
}

function State({ serviceKey, keys }: { serviceKey: ServiceKey; keys: readonly ServiceKey[] }) {
  const words = useTexts(texts)
  const state = stateOf(serviceKey)
  const successor = state === 'valid' ? successorOf(serviceKey, keys) : undefined
  if (successor) {
    return (
      <span title={words.successor(successor.prefix)}>
        <Tag>{words.replaced}</Tag>
      </span>
    )
  }
  return <Tag look={state === 'valid' ? 'good' : 'plain'}>{words.states[state]}</Tag>
}

const texts = textsOf({
  en: {
    title: 'Service keys',
    lead: 'With a key, a backend or a job calls the API of media within its scopes, without a person.',
    create: 'Create a key',
    none: 'There are no service keys',
    noneText: 'Create one for a backend or a job of yours.',
    name: 'Name',
    scopes: 'Scopes',
    state: 'State',
    states: { valid: 'valid', revoked: 'revoked', expired: 'expired' },
    replaced: 'being replaced',
    successor: (prefix: string) => `Valid. A newer key has its name: ${prefix}…`,
    expiresAt: 'Expires',
    lastUsedAt: 'Last used',
    never: 'never',
    createdBy: 'By',
    command: 'a command',
    act: 'Act',
    replace: 'Replace',
    revoke: 'Revoke',
  },
  fr: {
    title: 'Clés de service',
    lead: 'Avec une clé, un serveur ou une tâche appelle l’API de media dans les limites de ses droits, sans personne.',
    create: 'Créer une clé',
    none: 'Il n’y a aucune clé de service',
    noneText: 'Créez-en une pour l’un de vos serveurs ou l’une de vos tâches.',
    name: 'Nom',
    scopes: 'Droits',
    state: 'État',
    states: { valid: 'valide', revoked: 'révoquée', expired: 'expirée' },
    replaced: 'en remplacement',
    successor: (prefix: string) => `Valide. Une clé plus récente porte son nom : ${prefix}…`,
    expiresAt: 'Expire',
    lastUsedAt: 'Dernier usage',
    never: 'jamais',
    createdBy: 'Par',
    command: 'une commande',
    act: 'Acte',
    replace: 'Remplacer',
    revoke: 'Révoquer',
  },
})

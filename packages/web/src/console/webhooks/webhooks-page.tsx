import type { Webhook } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Empty } from '../../ui/empty.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { PageTitle } from '../../ui/page-title.js'
import { closeDrawer, fromList } from '../ui/close-drawer.js'
import { type Column, DataTable } from '../ui/data-table.js'
import { Pager } from '../ui/pager.js'
import { useAddress } from '../ui/use-address.js'
import { AddWebhookDialog } from './add-webhook-dialog.js'
import { WebhookDrawer } from './webhook-drawer.js'
import { WebhookState } from './webhook-state.js'
import { listWebhooks } from './webhooks.js'

/** Addresses that are told what happens to pictures. */
export default function WebhooksPage() {
  const words = useTexts(texts)
  const { params, change, hrefWith } = useAddress()
  const [isAdding, setAdding] = useState(false)
  const list = useQuery(listWebhooks(params.get('cursor') ?? undefined))
  const columns = useColumns((id) => hrefWith({ webhook: id }))
  const openId = params.get('webhook') ?? undefined
  return (
    <>
      <PageTitle title={words.title} lead={words.lead}>
        <Button look="primary" onClick={() => setAdding(true)}>
          {words.add}
        </Button>
      </PageTitle>
      {list.error && <FaultNotice fault={asFault(list.error)} again={() => void list.refetch()} />}
      {(list.data || !list.error) && (
        <DataTable
          label={words.title}
          expected={4}
          columns={columns}
          rows={list.data?.items}
          keyOf={({ id }) => id}
          openKey={openId}
          onOpen={({ id }) => change({ webhook: id }, { state: fromList })}
          empty={
            <Empty title={words.none}>
              <p>{words.noneText}</p>
            </Empty>
          }
        />
      )}
      {list.data && (
        <div className="mt-4">
          <Pager next={list.data.nextCursor} shown={list.data.items.length} />
        </div>
      )}
      {isAdding && <AddWebhookDialog onClose={() => setAdding(false)} />}
      {openId !== undefined && (
        <WebhookDrawer
          key={openId}
          id={openId}
          onClose={() => closeDrawer(() => change({ webhook: undefined }, { replace: true }))}
        />
      )}
    </>
  )
}

function useColumns(hrefOf: (id: string) => string): Column<Webhook>[] {
  const words = useTexts(texts)
  const { number } = useFormats()
  return [
    {
      key: 'url',
      name: words.url,
      width: 20,
      cell: ({ id, url }) => (
        <Link
          href={hrefOf(id)}
          state={fromList}
          title={url}
          className="inline-flex min-h-9 max-w-full items-center font-medium underline-offset-4 hover:underline"
        >
          <span className="truncate">{url}</span>
        </Link>
      ),
    },
    {
      key: 'description',
      name: words.description,
      width: 14,
      cell: ({ description }) => <bdi title={description}>{description}</bdi>,
    },
    { key: 'state', name: words.state, width: 16, cell: (webhook) => <WebhookState webhook={webhook} /> },
    { key: 'waiting', name: words.waiting, width: 6, end: true, cell: ({ waiting }) => number(waiting) },
    { key: 'failed', name: words.failed, width: 6, end: true, cell: ({ failed }) => number(failed) },
    { key: 'createdAt', name: words.createdAt, width: 12, cell: (one) => <Moment at={one.createdAt} /> },
  ]
}

const texts = textsOf({
  en: {
    title: 'Webhooks',
    lead: 'Addresses that are told what happens to pictures, by signed requests.',
    add: 'Add a webhook',
    none: 'There are no webhooks',
    noneText: 'Add one to be told what happens.',
    url: 'Address',
    description: 'Description',
    state: 'State',
    waiting: 'Waiting',
    failed: 'Given up',
    createdAt: 'Added',
  },
  fr: {
    title: 'Webhooks',
    lead: 'Des adresses qui apprennent, par des requêtes signées, ce qui arrive aux photos.',
    add: 'Ajouter un webhook',
    none: 'Il n’y a aucun webhook',
    noneText: 'Ajoutez-en un pour apprendre ce qui se passe.',
    url: 'Adresse',
    description: 'Description',
    state: 'État',
    waiting: 'En attente',
    failed: 'Abandonnées',
    createdAt: 'Ajouté',
  },
})

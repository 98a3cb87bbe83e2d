import { type BlockedImage, call } from '@likeness/client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { useForm } from '../../ui/use-form.js'
import { ReasonField } from '../ui/reason-field.js'
import { Decisions } from './decisions.js'
import { moderationKey } from './find-uses.js'

const blockedKey = [...moderationKey, 'blocked-images'] as const

/** The deny-list: the pictures that are refused at upload. */
export function BlockedImages() {
  const words = useTexts(texts)
  const [open, setOpen] = useState<BlockedImage>()
  const list = useQuery({
    queryKey: blockedKey,
    queryFn: async ({ signal }) =>
      (await call(client, 'GET /v1/blocked-images', { query: { limit: 100 }, signal })).body,
  })
  return (
    <div>
      <Decisions
        title={words.title}
        none={words.none}
        at={words.at}
        list={list}
        columns={[
          {
            key: 'distance',
            name: words.distance,
            width: 8,
            end: true,
            cell: ({ distance }) => distance ?? '–',
          },
          {
            key: 'sha256',
            name: words.sha256,
            width: 9,
            cell: ({ sha256 }) => (
              <code className="text-xs" title={sha256}>
                {sha256.slice(0, 12)}…
              </code>
            ),
          },
          {
            key: 'unblock',
            name: words.act,
            width: 9,
            cell: (one) => (
              <Button look="quiet" onClick={() => setOpen(one)}>
                {words.unblock}…
              </Button>
            ),
          },
        ]}
      />
      {open && <Unblock image={open} onClose={() => setOpen(undefined)} />}
    </div>
  )
}

function Unblock({ image, onClose }: { image: BlockedImage; onClose: () => void }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const { form, fault, busy } = useForm(async ({ reason }) => {
    await call(client, 'DELETE /v1/blocked-images/:id', { params: { id: image.id }, query: { reason } })
    await queries.invalidateQueries({ queryKey: blockedKey })
    onClose()
  })
  return (
    <Dialog title={words.question} onClose={onClose}>
      <p>{words.means}</p>
      <form {...form} className="space-y-5">
        {fault && <FaultNotice fault={fault} shown={['reason']} />}
        <ReasonField told={false} error={fault?.field('reason')} />
        <div className="flex flex-wrap gap-3">
          <Button type="submit" look="primary" busy={busy}>
            {words.unblock}
          </Button>
          <Button onClick={onClose}>{words.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}

const texts = textsOf({
  en: {
    title: 'Deny-list',
    none: 'No picture is blocked.',
    at: 'Since',
    distance: 'Bits',
    sha256: 'SHA-256',
    act: 'Act',
    unblock: 'Unblock',
    question: 'Unblock this picture?',
    means:
      'It may be uploaded again. What was taken down stays so. Can be undone: take it down again, and block it.',
    cancel: 'Cancel',
  },
  fr: {
    title: 'Liste de blocage',
    none: 'Aucune photo n’est bloquée.',
    at: 'Depuis',
    distance: 'Bits',
    sha256: 'SHA-256',
    act: 'Acte',
    unblock: 'Débloquer',
    question: 'Débloquer cette photo ?',
    means:
      'Elle peut être envoyée à nouveau. Ce qui a été retiré le reste. Peut être annulé : retirez-la et bloquez-la à nouveau.',
    cancel: 'Annuler',
  },
})

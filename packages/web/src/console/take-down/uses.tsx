import { isProblem, operators, type TakeDownList, type Takedown } from '@likeness/client'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { client } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Card } from '../../ui/card.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { Tag } from '../../ui/tag.js'
import { useForm } from '../../ui/use-form.js'
import { type Column, DataTable } from '../ui/data-table.js'
import { NamesOf } from '../ui/names.js'
import { Pager } from '../ui/pager.js'
import { Person } from '../ui/person.js'
import { ReasonField } from '../ui/reason-field.js'
import { lookOf, uploadWords } from '../ui/statuses.js'
import { Thumb } from '../ui/thumb.js'
import { moderationKey, usesKey, type Wanted } from './find-uses.js'

type Use = TakeDownList['items'][number]

/** Every use of a picture with what would happen to it, and the one act that does it. */
export function Uses(props: {
  wanted: Wanted
  list: TakeDownList
  busy: boolean
  onAgain: () => void
  onDone: (takedown: Takedown) => void
}) {
  const { wanted, list, busy, onAgain, onDone } = props
  const words = useTexts(texts)
  const { number, plural } = useFormats()
  const [except, setExcept] = useState<readonly string[]>([])
  const queries = useQueryClient()
  const {
    form,
    fault,
    busy: acting,
  } = useForm(async ({ reason }) => {
    const takedown = await operators.takeDown(client, {
      ...wanted,
      except: [...except],
      reason,
      seen: list.seen,
    })
    queries.removeQueries({ queryKey: usesKey })
    await queries.invalidateQueries({ queryKey: moderationKey })
    onDone(takedown)
  })
  const count = Math.max(0, list.toTakeDown - except.length)
  const toggle = ({ uploadId }: Use) =>
    setExcept((now) => (now.includes(uploadId) ? now.filter((one) => one !== uploadId) : [...now, uploadId]))
  const has = ({ uploadId, act }: Use) => act !== 'none' && !except.includes(uploadId)
  const hasChanged = fault !== undefined && isProblem(fault, 'changed-meanwhile')
  return (
    <NamesOf ids={list.items.map(({ userId }) => userId)}>
      <div>
        <h2 className="text-xl font-semibold">{words.title}</h2>
        <p role="status" className="mt-1 mb-4 text-soft">
          {words.found(
            `${number(list.total)} ${plural(list.total, words.uploads)}`,
            `${number(list.users)} ${plural(list.users, words.users)}`,
            number(list.toTakeDown),
          )}{' '}
          {list.hasLook
            ? list.alike === null
              ? words.sameBytes
              : words.within(number(list.alike))
            : words.noLook}
        </p>
        <DataTable
          label={words.title}
          columns={useUseColumns()}
          rows={list.items}
          keyOf={({ uploadId }) => uploadId}
          busy={busy}
          empty={null}
          selection={{
            has,
            toggle: (use) => use.act !== 'none' && toggle(use),
            toggleAll: () => {
              const all = list.items.filter(({ act }) => act !== 'none').map(({ uploadId }) => uploadId)
              const areAll = all.every((id) => !except.includes(id))
              setExcept((now) => [...now.filter((id) => !all.includes(id)), ...(areAll ? all : [])])
            },
            nameOf: ({ uploadId }) => uploadId,
          }}
        />
        <div className="mt-4">
          <Pager next={list.nextCursor} shown={list.items.length} />
        </div>
      </div>
      <Card title={words.act} lead={words.means}>
        <form {...form} className="space-y-5">
          {fault && (
            <FaultNotice fault={fault} shown={['reason']}>
              {hasChanged && <Button onClick={onAgain}>{words.again}</Button>}
            </FaultNotice>
          )}
          <ReasonField error={fault?.field('reason')} />
          <Button type="submit" look="primary" busy={acting} off={count === 0 && !wanted.block}>
            {words.button(number(count), plural(count, words.uses), wanted.block)}
          </Button>
        </form>
      </Card>
    </NamesOf>
  )
}

function useUseColumns(): Column<Use>[] {
  const words = useTexts(texts)
  const { statuses } = useTexts(uploadWords)
  const { number } = useFormats()
  return [
    {
      key: 'picture',
      width: 4.5,
      name: words.picture,
      cell: (use) => <Thumb upload={{ ...use, thumbhash: null, avatar: null }} />,
    },
    { key: 'owner', width: 10, name: words.owner, cell: ({ userId }) => <Person id={userId} /> },
    {
      key: 'status',
      width: 9,
      name: words.status,
      cell: ({ status }) => <Tag look={lookOf(status)}>{statuses[status]}</Tag>,
    },
    { key: 'act', width: 12, name: words.wouldBe, cell: ({ act }) => words.acts[act] },
    {
      key: 'distance',
      width: 9,
      name: words.distance,
      cell: ({ distance }) => (distance === 0 ? words.same : words.bits(number(distance))),
    },
    {
      key: 'uploadedAt',
      width: 12,
      name: words.uploadedAt,
      cell: ({ uploadedAt }) => <Moment at={uploadedAt} />,
    },
    {
      key: 'open',
      width: 8,
      name: words.upload,
      cell: ({ uploadId }) => (
        <Link
          href={`/console/uploads?upload=${uploadId}`}
          className="inline-flex min-h-9 items-center text-accent underline-offset-4 hover:underline"
        >
          {words.open}
        </Link>
      ),
    },
  ]
}

const texts = textsOf({
  en: {
    title: 'Its uses',
    found: (uploads: string, users: string, some: string) => `${uploads} of ${users}; ${some} would change.`,
    uploads: { one: 'upload', other: 'uploads' },
    users: { one: 'user', other: 'users' },
    sameBytes: 'Only the same bytes were looked for.',
    within: (bits: string) => `Pictures that differ in at most ${bits} of 64 bits were looked for too.`,
    noLook: 'It is too plain to look for pictures alike, or was never decoded: only the same bytes were.',
    picture: 'Picture',
    owner: 'Owner',
    status: 'State',
    wouldBe: 'Would be',
    distance: 'Difference',
    uploadedAt: 'Uploaded',
    upload: 'Upload',
    open: 'Open',
    same: 'the same',
    bits: (bits: string) => `${bits} bits`,
    acts: {
      withdraw: 'withdrawn',
      refuse: 'refused',
      hold: 'held back',
      none: 'nothing to do',
    },
    act: 'Take it down',
    means:
      'Avatars disappear everywhere within a second, pending uploads are refused and their files deleted, past pictures can no longer be restored by their owners. Refused ones cannot be brought back; the others may be, one by one, in the list of uploads. Clear the box of a use to leave it as it is.',
    again: 'Look again',
    uses: { one: 'use', other: 'uses' },
    button: (count: string, uses: string, block: boolean) =>
      block ? `Take down ${count} ${uses} and block it` : `Take down ${count} ${uses}`,
  },
  fr: {
    title: 'Ses usages',
    found: (uploads: string, users: string, some: string) => `${uploads} de ${users} ; ${some} changeraient.`,
    uploads: { one: 'envoi', other: 'envois' },
    users: { one: 'utilisateur', other: 'utilisateurs' },
    sameBytes: 'Seuls les mêmes octets ont été recherchés.',
    within: (bits: string) =>
      `Les photos qui diffèrent d’au plus ${bits} bits sur 64 ont aussi été recherchées.`,
    noLook:
      'Elle est trop unie pour rechercher des photos semblables, ou n’a jamais été décodée : seuls les mêmes octets l’ont été.',
    picture: 'Photo',
    owner: 'Propriétaire',
    status: 'État',
    wouldBe: 'Serait',
    distance: 'Différence',
    uploadedAt: 'Envoyé',
    upload: 'Envoi',
    open: 'Ouvrir',
    same: 'identique',
    bits: (bits: string) => `${bits} bits`,
    acts: {
      withdraw: 'retiré',
      refuse: 'refusé',
      hold: 'retenu',
      none: 'rien à faire',
    },
    act: 'La retirer',
    means:
      'Les avatars disparaissent partout en une seconde, les envois en attente sont refusés et leurs fichiers supprimés, les photos passées ne peuvent plus être restaurées par leurs propriétaires. Les envois refusés ne peuvent pas revenir ; les autres le peuvent, un par un, dans la liste des envois. Décochez un usage pour le laisser tel quel.',
    again: 'Regarder à nouveau',
    uses: { one: 'usage', other: 'usages' },
    button: (count: string, uses: string, block: boolean) =>
      block ? `Retirer ${count} ${uses} et la bloquer` : `Retirer ${count} ${uses}`,
  },
})

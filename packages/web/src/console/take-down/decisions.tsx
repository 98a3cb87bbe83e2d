import type { UseQueryResult } from '@tanstack/react-query'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { type Column, DataTable } from '../ui/data-table.js'
import { NamesOf } from '../ui/names.js'
import { Person } from '../ui/person.js'

type Decision = {
  readonly id: string
  readonly at: string
  readonly actorId: string
  readonly reason: string
}

/**
 * The decisions of operators about pictures: when, who, and why.
 * @param at the name of the column of times
 * @param columns what else there is to each
 */
export function Decisions<One extends Decision>(props: {
  title: string
  none: string
  at: string
  list: UseQueryResult<{ items: One[] }>
  columns: readonly Column<One>[]
}) {
  const { title, none, at, list, columns } = props
  const words = useTexts(texts)
  const rows = list.data?.items
  return (
    <>
      <h2 className="mb-3 text-xl font-semibold">{title}</h2>
      {list.error && <FaultNotice fault={asFault(list.error)} again={() => void list.refetch()} />}
      {!list.error && (
        <NamesOf ids={rows?.map(({ actorId }) => actorId) ?? []}>
          <DataTable
            label={title}
            expected={3}
            rows={rows}
            keyOf={({ id }) => id}
            empty={<p className="text-soft">{none}</p>}
            columns={[
              { key: 'at', name: at, width: 12, cell: (one) => <Moment at={one.at} /> },
              { key: 'by', name: words.by, width: 9, cell: ({ actorId }) => <Person id={actorId} /> },
              {
                key: 'reason',
                name: words.reason,
                width: 18,
                cell: ({ reason }) => <bdi title={reason}>{reason}</bdi>,
              },
              ...columns,
            ]}
          />
        </NamesOf>
      )}
    </>
  )
}

const texts = textsOf({ en: { by: 'By', reason: 'Reason' }, fr: { by: 'Par', reason: 'Motif' } })

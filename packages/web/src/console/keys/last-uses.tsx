import type { ServiceKey } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { listKeys } from './list-keys.js'

/** When a key and the one that replaces it were last used: whether the new one is where it is needed. */
export function LastUses({ old, successor }: { old: ServiceKey; successor: ServiceKey | undefined }) {
  const words = useTexts(texts)
  const list = useQuery(listKeys())
  const asListed = (key: ServiceKey) => list.data?.find(({ id }) => id === key.id) ?? key
  return (
    <>
      <dl className="grid gap-3 sm:grid-cols-2">
        {successor && <Use name={words.successor} serviceKey={asListed(successor)} />}
        <Use name={successor ? words.old : words.only} serviceKey={asListed(old)} />
      </dl>
      {list.error && <FaultNotice fault={asFault(list.error)} />}
      <Button look="quiet" busy={list.isFetching} onClick={() => void list.refetch()}>
        {words.again}
      </Button>
    </>
  )
}

function Use({ name, serviceKey: { prefix, lastUsedAt } }: { name: string; serviceKey: ServiceKey }) {
  const words = useTexts(texts)
  return (
    <div className="rounded-2xl border border-line p-4 text-sm">
      <dt className="text-soft">{name}</dt>
      <dd className="mt-1">
        <code className="block break-all">{prefix}…</code>
        <span className="mt-1 block font-medium">
          {lastUsedAt === null ? (
            words.never
          ) : (
            <>
              {words.used} <Moment at={lastUsedAt} look="ago" />
            </>
          )}
        </span>
      </dd>
    </div>
  )
}

const texts = textsOf({
  en: {
    successor: 'The new key',
    old: 'The old key',
    only: 'This key',
    never: 'never used',
    used: 'last used',
    again: 'Look again',
  },
  fr: {
    successor: 'La nouvelle clé',
    old: 'L’ancienne clé',
    only: 'Cette clé',
    never: 'jamais utilisée',
    used: 'dernier usage :',
    again: 'Regarder à nouveau',
  },
})

import type { Takedown } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { PageTitle } from '../../ui/page-title.js'
import { Skeleton } from '../../ui/skeleton.js'
import { useAddress } from '../ui/use-address.js'
import { AddressForm } from './address-form.js'
import { BlockedImages } from './blocked-images.js'
import { findUses, wantedOf } from './find-uses.js'
import { Outcome } from './outcome.js'
import { RecentTakedowns } from './recent-takedowns.js'
import { Uses } from './uses.js'

/** Takes a picture down by any of its addresses: every use of it, seen first, in one act. */
export default function TakeDownPage() {
  const words = useTexts(texts)
  const { params } = useAddress()
  const wanted = wantedOf(params)
  const [made, setMade] = useState<{ takedown: Takedown; for: string }>()
  const key = wanted ? JSON.stringify(wanted) : ''
  const done = made && made.for === key ? made.takedown : undefined
  return (
    <>
      <PageTitle title={words.title} lead={words.lead} />
      <div className="space-y-8">
        <AddressForm wanted={wanted} />
        {wanted && !done && <Found key={key} onDone={(takedown) => setMade({ takedown, for: key })} />}
        {done && <Outcome made={done} />}
        {!wanted && (
          <>
            <RecentTakedowns />
            <BlockedImages />
          </>
        )}
      </div>
    </>
  )
}

function Found({ onDone }: { onDone: (takedown: Takedown) => void }) {
  const { params } = useAddress()
  const wanted = wantedOf(params) ?? { address: '', alike: undefined, block: false }
  const found = useQuery(findUses(wanted, params.get('cursor') ?? undefined))
  if (found.error) return <FaultNotice fault={asFault(found.error)} again={() => void found.refetch()} />
  if (!found.data) return <Skeleton className="h-96 w-full rounded-2xl" />
  return (
    <Uses
      wanted={wanted}
      list={found.data}
      busy={found.isFetching}
      onAgain={() => void found.refetch()}
      onDone={onDone}
    />
  )
}

const texts = textsOf({
  en: {
    title: 'Take-down',
    lead: 'Paste any address of a picture. You see every use of it, and of pictures that look alike, before anything is done.',
  },
  fr: {
    title: 'Retrait',
    lead: 'Collez n’importe quelle adresse d’une photo. Vous voyez chacun de ses usages, et ceux des photos qui lui ressemblent, avant que rien ne soit fait.',
  },
})

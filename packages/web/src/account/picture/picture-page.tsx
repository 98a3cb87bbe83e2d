import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { asFault } from '../../api/likeness.js'
import { VerifyBanner } from '../../emails/verify-banner.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { meKey, useMe } from '../../session/use-me.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Skeleton } from '../../ui/skeleton.js'
import { AvatarCard } from './avatar-card.js'
import { PicturePanel } from './picture-panel.js'

/** The current avatar, and the way to another one. */
export default function PicturePage({ userId }: { userId: string }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const [withdrawn, setWithdrawn] = useState<number>()
  const me = useMe(userId, { withdrawn })
  const changed = useCallback(
    (version: number | undefined) => {
      setWithdrawn(version)
      void queries.invalidateQueries({ queryKey: meKey(userId) })
    },
    [queries, userId],
  )
  // Nothing moves when it is known whether there is a reminder above.
  if (!me.data && !me.error) return <Waiting title={words.title} />
  return (
    <>
      <h1 className="sr-only">{words.title}</h1>
      {me.data && me.data.emailVerification === 'sent' && <VerifyBanner email={me.data.email} />}
      {me.error && !me.data && (
        <div className="mb-6">
          <FaultNotice fault={asFault(me.error)} again={() => void me.refetch()} />
        </div>
      )}
      <div className="grid items-start gap-6 lg:grid-cols-[19rem_minmax(0,1fr)]">
        <AvatarCard user={me.data} />
        <PicturePanel onChanged={changed} />
      </div>
    </>
  )
}

const Waiting = ({ title }: { title: string }) => (
  <>
    <h1 className="sr-only">{title}</h1>
    <div className="grid items-start gap-6 lg:grid-cols-[19rem_minmax(0,1fr)]">
      <Skeleton className="h-44 rounded-3xl lg:h-96" />
      <Skeleton className="h-[36rem] rounded-3xl" />
    </div>
  </>
)

const texts = textsOf({ en: { title: 'Your picture' }, fr: { title: 'Votre photo' } })

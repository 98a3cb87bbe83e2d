import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { asFault } from '../api/likeness.js'
import { AvatarCard } from '../avatar/avatar-card.js'
import { PicturePanel } from '../avatar/picture-panel.js'
import { VerifyBanner } from '../emails/verify-banner.js'
import { meKey, useMe } from '../session/use-me.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { Header } from './header.js'

/** The page of a signed-in user: the current avatar, and the way to another one. */
export function Home({ userId }: { userId: string }) {
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
  return (
    <div className="mx-auto max-w-5xl px-4 pb-16 sm:px-8">
      <Header username={me.data?.username} />
      <h1 className="sr-only">Your account</h1>
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
    </div>
  )
}

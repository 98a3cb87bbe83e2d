import { useMutation } from '@tanstack/react-query'
import { asFault, session } from '../api/likeness.js'
import { Brand } from '../ui/brand.js'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'

export function Header({ username }: { username: string | undefined }) {
  const leave = useMutation({ mutationFn: session.logOut })
  return (
    <header className="flex min-h-20 flex-wrap items-center justify-between gap-x-6 py-3">
      <Brand />
      <div className="flex items-center gap-4 text-sm">
        {username && <span className="max-w-40 truncate text-soft">@{username}</span>}
        <Button look="quiet" busy={leave.isPending} onClick={() => leave.mutate()}>
          Log out
        </Button>
      </div>
      {leave.error && (
        <div className="mt-3 w-full">
          <FaultNotice fault={asFault(leave.error)} />
        </div>
      )}
    </header>
  )
}

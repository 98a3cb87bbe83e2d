import { call } from '@likeness/client'
import { useMutation } from '@tanstack/react-query'
import { asFault, client } from '../api/likeness.js'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { secondsForPeople } from '../ui/seconds.js'
import { useCountdown } from '../ui/use-countdown.js'

/** Seconds between two e-mails: the server sends one a minute to an address. */
const APART = 60

/** Sends the signed-in user another link, as often as the server allows. */
export function ResendButton({ look }: { look: 'secondary' | 'quiet' }) {
  const resend = useMutation({
    mutationFn: async () => {
      await call(client, 'POST /v1/email-verifications')
      return performance.now() + APART * 1000
    },
  })
  const fault = resend.error ? asFault(resend.error) : undefined
  const early = fault?.status === 429
  const left = useCountdown(resend.data ?? fault?.retryAt ?? 0)
  return (
    <div className="flex flex-wrap items-center justify-end gap-y-1 max-sm:w-full max-sm:justify-start">
      {fault && !early && <FaultNotice fault={fault} />}
      <p role="status" className="text-sm text-soft not-empty:mr-4 not-empty:py-1">
        {resend.isSuccess && 'Sent. Only the newest link works.'}
        {early && left > 0 && (
          <>
            One was sent a moment ago. <span className="sr-only">{fault.detail}</span>
          </>
        )}
      </p>
      <Button
        look={look}
        busy={resend.isPending}
        off={left > 0}
        onClick={() => resend.mutate()}
        className={look === 'secondary' ? 'w-full' : undefined}
      >
        {/* The number would be read out each second. */}
        Send another {left > 0 && <span aria-hidden="true">in {secondsForPeople(left)}</span>}
      </Button>
    </div>
  )
}

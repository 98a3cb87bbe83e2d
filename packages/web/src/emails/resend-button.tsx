import { call } from '@likeness/client'
import { useMutation } from '@tanstack/react-query'
import { asFault, client } from '../api/likeness.js'
import { useFormats } from '../language/format.js'
import { textsOf, useTexts } from '../language/texts.js'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { useCountdown } from '../ui/use-countdown.js'

/** Seconds between two e-mails: the server sends one a minute to an address. */
const APART = 60

/** Sends the signed-in user another link, as often as the server allows. */
export function ResendButton({ look }: { look: 'secondary' | 'quiet' }) {
  const words = useTexts(texts)
  const { seconds } = useFormats()
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
        {resend.isSuccess && words.sent}
        {early && left > 0 && (
          <>
            {words.early} <span className="sr-only">{fault.detail}</span>
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
        {words.again} {left > 0 && <span aria-hidden="true">{words.in(seconds(left))}</span>}
      </Button>
    </div>
  )
}

const texts = textsOf({
  en: {
    sent: 'Sent. Only the newest link works.',
    early: 'One was sent a moment ago.',
    again: 'Send another',
    in: (wait: string) => `in ${wait}`,
  },
  fr: {
    sent: 'Envoyé. Seul le dernier lien fonctionne.',
    early: 'Un lien vient d’être envoyé.',
    again: 'En envoyer un autre',
    in: (wait: string) => `dans ${wait}`,
  },
})

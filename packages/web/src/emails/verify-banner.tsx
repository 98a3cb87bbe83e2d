import { textsOf, useTexts } from '../language/texts.js'
import { MailIcon } from '../ui/icons.js'
import { ResendButton } from './resend-button.js'

/** Quietly reminds a signed-in user of a link they have not opened yet. */
export function VerifyBanner({ email }: { email: string }) {
  const words = useTexts(texts)
  return (
    <section
      aria-labelledby="verify"
      className="mb-6 flex flex-wrap items-center gap-x-4 gap-y-1 rounded-2xl border border-line bg-card px-4 py-2 text-sm"
    >
      <span className="text-accent max-sm:hidden">
        <MailIcon />
      </span>
      <p className="min-w-0 flex-1 basis-56 py-1 wrap-anywhere">
        <b id="verify" className="font-semibold">
          {words.confirm}
        </b>{' '}
        <span className="text-soft">{words.open(email)}</span>
      </p>
      <ResendButton look="quiet" />
    </section>
  )
}

const texts = textsOf({
  en: {
    confirm: 'Confirm your e-mail address.',
    open: (email: string) => `Open the link we sent to ${email}.`,
  },
  fr: {
    confirm: 'Confirmez votre adresse e-mail.',
    open: (email: string) => `Ouvrez le lien envoyé à ${email}.`,
  },
})

import { call } from '@likeness/client'
import { anonymous } from '../api/likeness.js'
import { textsOf, useTexts } from '../language/texts.js'
import { EmailForm } from '../ui/email-form.js'

/** Asks for another link that verifies an address, without being signed in. */
export default function ResendForm(props: { email?: string | undefined; hint?: string }) {
  const { sent } = useTexts(texts)
  return (
    <EmailForm
      send={(email) => call(anonymous, 'POST /v1/email-verifications', { body: { email } })}
      {...props}
    >
      {sent}
    </EmailForm>
  )
}

const texts = textsOf({
  en: {
    sent: 'If this address still has to be confirmed, a new link is on its way. Only the newest one works.',
  },
  fr: {
    sent: 'Si cette adresse reste à confirmer, un nouveau lien est en route. Seul le dernier fonctionne.',
  },
})

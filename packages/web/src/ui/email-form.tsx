import type { ReactNode } from 'react'
import { textsOf, useTexts } from '../language/texts.js'
import { Button } from './button.js'
import { FaultNotice } from './fault-notice.js'
import { Field } from './field.js'
import { Notice } from './notice.js'
import { useForm } from './use-form.js'

/**
 * Asks for a link by e-mail. The same is shown afterwards for every address; the form stays, in case the address was
 * mistyped.
 * @param email when it is already known
 * @param children shown once it is sent
 */
export function EmailForm(props: {
  send: (email: string) => Promise<unknown>
  email?: string | undefined
  hint?: string
  children: ReactNode
}) {
  const { form, fault, busy, done } = useForm(({ email = '' }) => props.send(email))
  const words = useTexts(texts)
  return (
    <form {...form} className="space-y-5">
      {done && (
        <Notice kind="done" title={words.check}>
          {props.children}
        </Notice>
      )}
      {fault && fault.fields.length === 0 && <FaultNotice fault={fault} />}
      <Field
        label={words.email}
        name="email"
        type="email"
        required
        autoComplete="email"
        defaultValue={props.email}
        hint={props.hint}
        error={fault?.field('email')}
      />
      <Button type="submit" look="primary" busy={busy} className="w-full">
        {done ? words.again : words.send}
      </Button>
    </form>
  )
}

const texts = textsOf({
  en: { check: 'Check your e-mail', email: 'E-mail', send: 'Send the link', again: 'Send it again' },
  fr: {
    check: 'Consultez vos e-mails',
    email: 'E-mail',
    send: 'Envoyer le lien',
    again: 'Le renvoyer',
  },
})

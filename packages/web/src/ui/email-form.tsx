import { Email } from '@likeness/contracts'
import type { ReactNode } from 'react'
import { z } from 'zod'
import { Button } from './button.js'
import { FaultNotice } from './fault-notice.js'
import { Field } from './field.js'
import { Notice } from './notice.js'
import { useForm } from './use-form.js'

const Form = z.strictObject({ email: Email })

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
  const { form, fault, busy, done } = useForm(Form, ({ email }) => props.send(email))
  return (
    <form {...form} className="space-y-5">
      {done && (
        <Notice kind="done" title="Check your e-mail">
          {props.children}
        </Notice>
      )}
      {fault && fault.fields.length === 0 && <FaultNotice fault={fault} />}
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="email"
        defaultValue={props.email}
        hint={props.hint}
        error={fault?.field('email')}
      />
      <Button type="submit" look="primary" busy={busy} className="w-full">
        {done ? 'Send it again' : 'Send the link'}
      </Button>
    </form>
  )
}

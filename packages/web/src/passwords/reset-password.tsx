import { call } from '@likeness/client'
import { anonymous, isDeadLink } from '../api/likeness.js'
import { textsOf, useTexts } from '../language/texts.js'
import { leaveEnded } from '../session/accounts.js'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { AlertIcon, KeyIcon } from '../ui/icons.js'
import { LinkPage } from '../ui/link-page.js'
import { NewPasswordField } from '../ui/new-password-field.js'
import { useForm } from '../ui/use-form.js'
import ForgotForm from './forgot-form.js'

type Props = { token: string; onChanged: () => void }

/** Sets a new password with the token of a link; a dead link leads to another one. */
export function ResetPasswordPage({ token, onChanged }: Props) {
  const words = useTexts(texts)
  const { form, fault, busy } = useForm(async ({ password = '' }) => {
    await call(anonymous, 'POST /v1/password-resets/confirm', { body: { token, password } })
    await leaveEnded()
    onChanged()
  })
  if (fault && isDeadLink(fault)) {
    return (
      <LinkPage title={fault.title} icon={<AlertIcon />} look="bad">
        <p>
          {fault.code === 'token-invalid' && fault.detail} {words.stays}
        </p>
        <ForgotForm />
      </LinkPage>
    )
  }
  return (
    <LinkPage title={words.title} icon={<KeyIcon />}>
      <p className="text-soft">{words.lead}</p>
      <form {...form} className="space-y-5">
        {fault && fault.fields.length === 0 && <FaultNotice fault={fault} />}
        <NewPasswordField error={fault?.field('password')} />
        <Button type="submit" look="primary" busy={busy} className="w-full">
          {words.change}
        </Button>
      </form>
    </LinkPage>
  )
}

const texts = textsOf({
  en: {
    title: 'Choose a new password',
    lead: 'Every device that is logged in to your account will be logged out.',
    change: 'Change password',
    stays: 'Your password stays as it is. Ask for another link to change it.',
  },
  fr: {
    title: 'Choisissez un nouveau mot de passe',
    lead: 'Tous les appareils connectés à votre compte seront déconnectés.',
    change: 'Changer le mot de passe',
    stays: 'Votre mot de passe reste le même. Demandez un autre lien pour le changer.',
  },
})

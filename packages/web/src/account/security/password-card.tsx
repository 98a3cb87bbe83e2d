import { useQueryClient } from '@tanstack/react-query'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Card } from '../../ui/card.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Field } from '../../ui/field.js'
import { NewPasswordField } from '../../ui/new-password-field.js'
import { Notice } from '../../ui/notice.js'
import { useForm } from '../../ui/use-form.js'
import { changePassword } from './change-password.js'

/** Changes the password, which logs every other device out. */
export function PasswordCard({ username }: { username: string | undefined }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const { form, fault, busy, done } = useForm(async ({ currentPassword = '', password = '' }) => {
    await changePassword({ currentPassword, password })
    form.ref.current?.reset()
    await queries.invalidateQueries({ queryKey: ['sessions'] })
  })
  const wrong = fault?.code === 'wrong-password' ? fault.detail : fault?.field('currentPassword')
  const weak = fault?.field('password')
  return (
    <Card title={words.title} lead={words.lead}>
      <form {...form} className="space-y-5">
        {done && <Notice kind="done" title={words.done} />}
        {fault && !wrong && !weak && <FaultNotice fault={fault} />}
        {/* For password managers, which keep a password by the name of the account. */}
        <input type="text" name="username" value={username ?? ''} autoComplete="username" readOnly hidden />
        <Field
          label={words.current}
          name="currentPassword"
          type="password"
          required
          autoComplete="current-password"
          error={wrong}
        />
        <NewPasswordField label={words.next} error={weak} />
        <Button type="submit" busy={busy}>
          {words.change}
        </Button>
      </form>
    </Card>
  )
}

const texts = textsOf({
  en: {
    title: 'Password',
    lead: 'A new password logs out every other device, and no link sent before works any more.',
    current: 'Current password',
    next: 'New password',
    change: 'Change the password',
    done: 'Your password was changed. Every other device was logged out.',
  },
  fr: {
    title: 'Mot de passe',
    lead: 'Un nouveau mot de passe déconnecte tous les autres appareils, et les liens déjà envoyés ne fonctionnent plus.',
    current: 'Mot de passe actuel',
    next: 'Nouveau mot de passe',
    change: 'Changer le mot de passe',
    done: 'Votre mot de passe a été changé. Tous les autres appareils ont été déconnectés.',
  },
})

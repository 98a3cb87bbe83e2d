import type { Me } from '@likeness/client'
import { type ReactNode, useState } from 'react'
import { session } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Field } from '../../ui/field.js'
import { useForm } from '../../ui/use-form.js'
import { closeAccount } from './close-account.js'

/** Asks for the username and the password before the account is closed. */
export function CloseDialog({ me, onClose }: { me: Me; onClose: () => void }) {
  const words = useTexts(texts)
  const [typed, type] = useState('')
  const isMeant = typed.trim() === me.username
  const { form, fault, busy } = useForm(async ({ password = '' }) => {
    if (!isMeant) return
    const { id, token } = await closeAccount(password)
    // A page of its own: nothing of the account stays in this one.
    location.replace(`/erasure/${id}/${token}`)
    session.end()
  })
  const wrong = fault?.code === 'wrong-password' ? fault.detail : fault?.field('password')
  return (
    <Dialog title={words.title} onClose={onClose} closeWords={words.keep}>
      <p>{words.lost}</p>
      <form {...form} className="space-y-5">
        {fault && !wrong && <FaultNotice fault={fault} shown={['typed']} />}
        <div>
          <p id="confirm-close" className="mb-2 text-sm wrap-anywhere">
            {words.type(<b className="font-semibold select-all">{me.username}</b>)}
          </p>
          <Field
            label={words.username}
            name="typed"
            required
            autoComplete="off"
            autoCapitalize="none"
            spellCheck="false"
            value={typed}
            onChange={({ currentTarget }) => type(currentTarget.value)}
            error={fault?.field('typed')}
          />
        </div>
        <Field
          label={words.password}
          name="password"
          type="password"
          required
          autoComplete="current-password"
          error={wrong}
        />
        <div className="grid gap-3">
          <Button
            type="submit"
            look="primary"
            busy={busy}
            off={!isMeant}
            className="bg-danger! text-paper! hover:bg-danger/90!"
          >
            {words.close}
          </Button>
          <Button onClick={onClose}>{words.keep}</Button>
        </div>
      </form>
    </Dialog>
  )
}

const texts = textsOf({
  en: {
    title: 'Delete your account?',
    lost: 'Your account, your profile and every picture are erased, and their addresses stop working. This cannot be undone.',
    type: (name: ReactNode): ReactNode => <>Type {name} to show that you mean it.</>,
    username: 'Your username',
    password: 'Your password',
    close: 'Delete my account for good',
    keep: 'Keep my account',
  },
  fr: {
    title: 'Supprimer votre compte ?',
    lost: 'Votre compte, votre profil et toutes vos photos sont effacés, et leurs adresses cessent de fonctionner. C’est irréversible.',
    type: (name: ReactNode): ReactNode => <>Saisissez {name} pour montrer que c’est voulu.</>,
    username: 'Votre nom d’utilisateur',
    password: 'Votre mot de passe',
    close: 'Supprimer mon compte définitivement',
    keep: 'Garder mon compte',
  },
})

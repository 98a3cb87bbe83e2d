import { call, type LikenessError, type StoppedEmailChange } from '@likeness/client'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { anonymous, asFault, isDeadLink } from '../api/likeness.js'
import { textsOf, useTexts } from '../language/texts.js'
import ForgotForm from '../passwords/forgot-form.js'
import { leaveEnded } from '../session/accounts.js'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { AlertIcon, CheckIcon, MailIcon } from '../ui/icons.js'
import { LinkPage } from '../ui/link-page.js'

/**
 * Stops a pending change of address. It takes a click, because it logs every device out and mail scanners open links.
 */
export function StopEmailChange({ token }: { token: string }) {
  const words = useTexts(texts)
  const stop = useMutation({ mutationFn: () => stopEmailChange(token) })
  if (stop.data) return <Stopped email={stop.data.email} />
  const fault = stop.error ? asFault(stop.error) : undefined
  if (fault && isDeadLink(fault)) return <DeadLink fault={fault} />
  return (
    <LinkPage title={words.title} icon={<MailIcon />}>
      <p className="text-soft">{words.lead}</p>
      {fault && <FaultNotice fault={fault} />}
      <Button look="primary" className="w-full" busy={stop.isPending} onClick={() => stop.mutate()}>
        {words.stop}
      </Button>
    </LinkPage>
  )
}

function Stopped({ email }: { email: string }) {
  const words = useTexts(texts)
  return (
    <LinkPage title={words.stays} icon={<CheckIcon />}>
      <p className="wrap-anywhere">{words.isStill(<b className="font-semibold">{email}</b>)}</p>
      <p>{words.known}</p>
      <ForgotForm email={email} />
    </LinkPage>
  )
}

function DeadLink({ fault }: { fault: LikenessError }) {
  const words = useTexts(texts)
  return (
    <LinkPage title={fault.title} icon={<AlertIcon />} look="bad">
      <p>{words.nothing}</p>
      <ForgotForm />
    </LinkPage>
  )
}

/** Every session of the account ends; a user signed in here logs in again. */
async function stopEmailChange(token: string): Promise<StoppedEmailChange> {
  const { body } = await call(anonymous, 'POST /v1/email-changes/stop', { body: { token } })
  await leaveEnded()
  return body
}

const texts = textsOf({
  en: {
    title: 'Stop the change of your address?',
    lead: 'Your account keeps its current e-mail address, and every device that is logged in will be logged out.',
    stop: 'Stop the change',
    stays: 'Your address stays',
    isStill: (email: ReactNode): ReactNode => (
      <>{email} is still the e-mail address of your account, and every device was logged out.</>
    ),
    known: 'The person who asked for the change knew your password. Choose another one now.',
    nothing:
      'This link has no change of address to stop: it was already stopped, it expired, or the new address was confirmed. If you did not ask for it, choose a new password.',
  },
  fr: {
    title: 'Annuler le changement d’adresse ?',
    lead: 'Votre compte garde son adresse e-mail actuelle, et tous les appareils connectés seront déconnectés.',
    stop: 'Annuler le changement',
    stays: 'Votre adresse reste la même',
    isStill: (email: ReactNode): ReactNode => (
      <>{email} reste l’adresse e-mail de votre compte, et tous les appareils ont été déconnectés.</>
    ),
    known:
      'La personne qui a demandé ce changement connaissait votre mot de passe. Choisissez-en un autre maintenant.',
    nothing:
      'Ce lien n’a aucun changement d’adresse à annuler : il a déjà été annulé, il a expiré, ou la nouvelle adresse a été confirmée. Si vous ne l’avez pas demandé, choisissez un nouveau mot de passe.',
  },
})

import type { Me } from '@likeness/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { asFault } from '../../api/likeness.js'
import { ResendButton } from '../../emails/resend-button.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Card } from '../../ui/card.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Field } from '../../ui/field.js'
import { MailIcon } from '../../ui/icons.js'
import { Moment } from '../../ui/moment.js'
import { Notice } from '../../ui/notice.js'
import { Skeleton } from '../../ui/skeleton.js'
import { Tag } from '../../ui/tag.js'
import { useForm } from '../../ui/use-form.js'
import { changeEmail } from './change-email.js'
import { dropEmailChange } from './drop-email-change.js'
import { readEmailChange } from './read-email-change.js'

/** The address of the account, a change that waits for its link, and the way to another one. */
export function EmailCard({ userId, me }: { userId: string; me: Me | undefined }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const pending = useQuery(readEmailChange(userId)).data
  const { form, fault, busy, done, reset } = useForm(async ({ email = '', currentPassword = '' }) => {
    await changeEmail({ email, currentPassword })
    form.ref.current?.reset()
    await queries.invalidateQueries({ queryKey: readEmailChange(userId).queryKey })
  })
  const drop = useMutation({
    mutationFn: dropEmailChange,
    onSuccess: async () => {
      reset()
      await queries.invalidateQueries({ queryKey: readEmailChange(userId).queryKey })
    },
  })
  const wrong = fault?.code === 'wrong-password' ? fault.detail : fault?.field('currentPassword')
  const taken = fault?.code === 'email-taken' ? fault.detail : fault?.field('email')
  return (
    <Card title={words.title} lead={words.lead}>
      <div className="mb-5 flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1">
        {me ? (
          <>
            <b className="font-semibold wrap-anywhere">{me.email}</b>
            {me.emailVerification === 'done' && <Tag look="good">{words.confirmed}</Tag>}
            {me.emailVerification === 'sent' && (
              <>
                <Tag look="bad">{words.unconfirmed}</Tag>
                <ResendButton look="quiet" />
              </>
            )}
          </>
        ) : (
          <Skeleton className="h-6 w-56" />
        )}
      </div>
      {pending && (
        <div className="mb-5 flex gap-3 rounded-2xl bg-tint p-4 text-sm">
          <span className="text-accent">
            <MailIcon />
          </span>
          <div className="min-w-0 space-y-1">
            <p className="font-semibold wrap-anywhere">{words.pending(pending.to)}</p>
            <p>{words.asked(<Moment at={pending.at} />)}</p>
            {drop.error && <FaultNotice fault={asFault(drop.error)} />}
            <Button busy={drop.isPending} onClick={() => drop.mutate()}>
              {words.stop}
            </Button>
          </div>
        </div>
      )}
      <form {...form} className="space-y-5">
        {done && <Notice kind="done" title={words.done} />}
        {drop.isSuccess && !pending && !done && <Notice kind="done" title={words.stopped} />}
        {fault && !wrong && !taken && <FaultNotice fault={fault} />}
        <Field label={words.next} name="email" type="email" required autoComplete="email" error={taken} />
        <Field
          label={words.password}
          name="currentPassword"
          type="password"
          required
          autoComplete="current-password"
          error={wrong}
        />
        <Button type="submit" busy={busy}>
          {words.change}
        </Button>
      </form>
    </Card>
  )
}

const texts = textsOf({
  en: {
    title: 'E-mail',
    lead: 'You log in with it, and it is where links and notices go.',
    confirmed: 'Confirmed',
    unconfirmed: 'Not confirmed',
    pending: (to: string) => `A change to ${to} is waiting`,
    asked: (when: ReactNode): ReactNode => (
      <>Asked for {when}. It happens once the link sent there is opened.</>
    ),
    stop: 'Stop the change',
    stopped: 'Stopped: your address stays, and the links that were sent do nothing any more.',
    next: 'New address',
    password: 'Current password',
    change: 'Change the address',
    done: 'Check your e-mail at the new address. Yours changes once you open the link.',
  },
  fr: {
    title: 'E-mail',
    lead: 'Vous vous connectez avec, et c’est là que vont les liens et les avis.',
    confirmed: 'Confirmée',
    unconfirmed: 'Non confirmée',
    pending: (to: string) => `Un changement vers ${to} est en attente`,
    asked: (when: ReactNode): ReactNode => (
      <>Demandé le {when}. Il a lieu une fois que le lien envoyé là-bas est ouvert.</>
    ),
    stop: 'Arrêter le changement',
    stopped: 'Arrêté : votre adresse reste, et les liens envoyés ne font plus rien.',
    next: 'Nouvelle adresse',
    password: 'Mot de passe actuel',
    change: 'Changer l’adresse',
    done: 'Consultez vos e-mails à la nouvelle adresse. La vôtre change quand vous ouvrez le lien.',
  },
})

import { call, type LikenessError } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { anonymous, asFault, isDeadLink } from '../api/likeness.js'
import { textsOf, useTexts } from '../language/texts.js'
import { useMe } from '../session/use-me.js'
import { useSession } from '../session/use-session.js'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { AlertIcon, CheckIcon, SpinnerIcon } from '../ui/icons.js'
import { LinkPage } from '../ui/link-page.js'
import { ResendButton } from './resend-button.js'
import ResendForm from './resend-form.js'

type Props = {
  token: string
  /** Leads to the account of the signed-in user, else to logging in. */
  onContinue: () => void
}

/** Verifies an address as soon as its link is opened: a new account's, or one that replaces another. */
export function VerifyEmail({ token, onContinue }: Props) {
  const words = useTexts(texts)
  // A query, because it runs once however often React mounts this, and the token works only once.
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['confirm-email', token],
    queryFn: () => call(anonymous, 'POST /v1/email-verifications/confirm', { body: { token } }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  if (data) {
    return (
      <LinkPage title={words.confirmed} icon={<CheckIcon />}>
        <p className="wrap-anywhere">{words.is(<b className="font-semibold">{data.body.email}</b>)}</p>
        <ContinueButton onContinue={onContinue} />
      </LinkPage>
    )
  }
  if (isFetching || !error) return <LinkPage title={words.confirming} icon={<SpinnerIcon />} />
  const fault = asFault(error)
  return (
    <LinkPage title={isDeadLink(fault) ? fault.title : words.notYet} icon={<AlertIcon />} look="bad">
      {isDeadLink(fault) ? (
        <AnotherLink fault={fault} onContinue={onContinue} />
      ) : (
        <>
          <FaultNotice fault={fault} again={fault.isPassing ? () => void refetch() : undefined} />
          <ContinueButton onContinue={onContinue} />
        </>
      )}
    </LinkPage>
  )
}

function AnotherLink({ fault, onContinue }: { fault: LikenessError; onContinue: () => void }) {
  const words = useTexts(texts)
  const session = useSession()
  return (
    <>
      {fault.code === 'token-invalid' && <p>{fault.detail}</p>}
      {session.status === 'signed-in' ? (
        <>
          <MyAddress userId={session.userId} />
          <ContinueButton onContinue={onContinue} />
        </>
      ) : (
        <>
          <p className="text-soft">
            {words.already}{' '}
            <Button look="quiet" onClick={onContinue}>
              {words.logIn}
            </Button>
          </p>
          <ResendForm hint={words.hint} />
        </>
      )}
    </>
  )
}

/** The state of the signed-in user's address, and another link if it is needed. */
function MyAddress({ userId }: { userId: string }) {
  const words = useTexts(texts)
  const me = useMe(userId)
  if (me.error) return <FaultNotice fault={asFault(me.error)} again={() => void me.refetch()} />
  if (!me.data) return null
  const { email, emailVerification } = me.data
  return (
    <>
      <p className="wrap-anywhere">
        {words.address(<b className="font-semibold">{email}</b>)}
        {words.standing[emailVerification]}
      </p>
      {emailVerification === 'sent' && <ResendButton look="secondary" />}
    </>
  )
}

function ContinueButton({ onContinue }: { onContinue: () => void }) {
  const words = useTexts(texts)
  const { status } = useSession()
  return (
    <Button look="primary" className="w-full" onClick={onContinue}>
      {status === 'signed-in' ? words.account : words.logIn}
    </Button>
  )
}

const texts = textsOf({
  en: {
    confirmed: 'Your address is confirmed',
    is: (email: ReactNode): ReactNode => <>{email} is the e-mail address of your account.</>,
    confirming: 'Confirming your address',
    notYet: 'Your address is not confirmed yet',
    already: 'Already confirmed?',
    logIn: 'Log in',
    hint: 'We send another link if this address is waiting for one.',
    address: (email: ReactNode): ReactNode => <>The address of your account is {email}</>,
    standing: {
      done: ', and it is confirmed.',
      sent: ', and it is not confirmed yet.',
      'not-required': '.',
    },
    account: 'Go to your account',
  },
  fr: {
    confirmed: 'Votre adresse est confirmée',
    is: (email: ReactNode): ReactNode => <>{email} est l’adresse e-mail de votre compte.</>,
    confirming: 'Confirmation de votre adresse',
    notYet: 'Votre adresse n’est pas encore confirmée',
    already: 'Déjà confirmée ?',
    logIn: 'Se connecter',
    hint: 'Nous envoyons un autre lien si cette adresse en attend un.',
    address: (email: ReactNode): ReactNode => <>L’adresse de votre compte est {email}</>,
    standing: {
      done: ', et elle est confirmée.',
      sent: ', et elle n’est pas encore confirmée.',
      'not-required': '.',
    },
    account: 'Aller à votre compte',
  },
})

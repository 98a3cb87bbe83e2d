import { lazy, type ReactNode, Suspense } from 'react'
import { useLocation } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { textsOf, useTexts } from '../language/texts.js'
import { LogInForm } from '../session/log-in-form.js'
import { RegisterForm } from '../session/register-form.js'
import { Button } from '../ui/button.js'
import { Notice } from '../ui/notice.js'
import { useFocusOnStep } from '../ui/use-focus-on-step.js'

// Few people need these.
const ForgotForm = lazy(() => import('../passwords/forgot-form.js'))
const ResendForm = lazy(() => import('../emails/resend-form.js'))

/** The ways in. */
export type Entry =
  | { readonly way: 'register' }
  | { readonly way: 'log-in'; readonly after?: 'expired' | 'password-changed' }
  | { readonly way: 'forgot'; readonly email?: string | undefined }
  /** The address is unknown when they logged in by username. */
  | { readonly way: 'unverified'; readonly email?: string | undefined }

type Props = { entry: Entry; enter: (entry: Entry) => void }

/** Registering, logging in, and help for those who cannot. */
export function EntryCard(props: Props) {
  const { title } = useTexts(texts)
  const { way } = props.entry
  const heading = useFocusOnStep(way)
  return (
    <section
      aria-labelledby="account"
      className="rounded-3xl border border-line bg-card p-6 shadow-lift sm:p-8"
    >
      <h2 id="account" ref={heading} tabIndex={-1} className="text-2xl font-semibold">
        {title[way]}
      </h2>
      <p className="mt-1 mb-6 text-soft">
        <Lead {...props} />
      </p>
      <Suspense key={way}>
        <Form {...props} />
      </Suspense>
    </section>
  )
}

function Lead({ entry, enter }: Props) {
  const words = useTexts(texts)
  const way = entry.way === 'log-in' ? 'register' : 'log-in'
  return (
    <>
      {words.lead[entry.way]}{' '}
      <Button look="quiet" onClick={() => enter({ way })}>
        {way === 'register' ? words.create : words.logIn}
      </Button>
    </>
  )
}

function Form({ entry, enter }: Props) {
  const words = useTexts(texts)
  const onUnverified = (login: string) => enter({ way: 'unverified', email: addressIn(login) })
  switch (entry.way) {
    case 'register':
      return <RegisterForm onUnverified={onUnverified} />
    case 'log-in':
      return (
        <>
          {entry.after && <After happened={entry.after} />}
          <LogInForm
            onForgot={(login) => enter({ way: 'forgot', email: addressIn(login) })}
            onUnverified={onUnverified}
          />
        </>
      )
    case 'forgot':
      return <ForgotForm email={entry.email} />
    case 'unverified':
      return (
        <>
          <p className="mb-6 wrap-anywhere">
            {words.sentTo(<b className="font-semibold">{entry.email ?? words.yourAddress}</b>)}
          </p>
          <ResendForm email={entry.email} hint={words.nothingThere} />
        </>
      )
  }
}

function After({ happened }: { happened: 'expired' | 'password-changed' }) {
  const words = useTexts(texts)
  return (
    <div className="mb-6">
      {happened === 'expired' ? (
        <Notice kind="error" title={words.expired}>
          {words.expiredHint}
        </Notice>
      ) : (
        <Notice kind="done" title={words.changed}>
          {words.changedHint}
        </Notice>
      )}
    </div>
  )
}

const addressIn = (login: string) => (login.includes('@') ? login : undefined)

/** The address of each way that has one. */
const addresses = { register: '/register', 'log-in': '/log-in', forgot: '/forgot-password' } as const

/** The way in that the address names, and how to take another one. @param first unless the address names one */
export function useEntry(first: Entry): Props {
  const [path, go] = useLocation()
  const kept = useHistoryState<unknown>()
  const state = isEntry(kept) ? kept : undefined
  const named = (['register', 'log-in', 'forgot'] as const).find((way) => addresses[way] === path)
  return {
    entry: state ?? (named ? { way: named } : first),
    enter: (entry) => {
      // An address that needs someone signed in is kept for when they are.
      const isNamed = path === '/' || named !== undefined
      go(isNamed && entry.way !== 'unverified' ? addresses[entry.way] : path, { state: entry })
    },
  }
}

const isEntry = (state: unknown): state is Entry =>
  typeof state === 'object' && state !== null && 'way' in state

const texts = textsOf({
  en: {
    title: {
      register: 'Create your account',
      'log-in': 'Welcome back',
      forgot: 'Forgot your password?',
      unverified: 'Confirm your address',
    },
    lead: {
      register: 'Have one already?',
      'log-in': 'New here?',
      forgot: 'Know it again?',
      unverified: 'Done already?',
    },
    logIn: 'Log in',
    create: 'Create an account',
    yourAddress: 'your address',
    sentTo: (address: ReactNode): ReactNode => (
      <>We sent a link to {address}. Open it to show that the address is yours, then log in.</>
    ),
    nothingThere: 'Nothing there? Check your spam folder, or ask for another link.',
    expired: 'Your session has ended',
    expiredHint: 'Log in again to continue. An unfinished upload is kept.',
    changed: 'Your password was changed',
    changedHint: 'Every device was logged out. Log in with the new one.',
  },
  fr: {
    title: {
      register: 'Créez votre compte',
      'log-in': 'Bon retour',
      forgot: 'Mot de passe oublié ?',
      unverified: 'Confirmez votre adresse',
    },
    lead: {
      register: 'Vous en avez déjà un ?',
      'log-in': 'Première visite ?',
      forgot: 'Il vous est revenu ?',
      unverified: 'C’est déjà fait ?',
    },
    logIn: 'Se connecter',
    create: 'Créer un compte',
    yourAddress: 'votre adresse',
    sentTo: (address: ReactNode): ReactNode => (
      <>
        Nous avons envoyé un lien à {address}. Ouvrez-le pour montrer que cette adresse est la vôtre, puis
        connectez-vous.
      </>
    ),
    nothingThere: 'Rien reçu ? Regardez parmi les indésirables, ou demandez un autre lien.',
    expired: 'Votre session est terminée',
    expiredHint: 'Reconnectez-vous pour continuer. Un envoi inachevé est conservé.',
    changed: 'Votre mot de passe a été changé',
    changedHint: 'Tous vos appareils ont été déconnectés. Connectez-vous avec le nouveau.',
  },
})

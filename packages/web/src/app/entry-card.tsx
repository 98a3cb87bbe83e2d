import { useState } from 'react'
import { ResendForm } from '../emails/resend-form.js'
import { ForgotForm } from '../passwords/forgot-form.js'
import { LogInForm } from '../session/log-in-form.js'
import { RegisterForm } from '../session/register-form.js'
import { Button } from '../ui/button.js'
import { Notice } from '../ui/notice.js'
import { useFocusOnStep } from '../ui/use-focus-on-step.js'

/** The ways in. */
export type Entry =
  | { readonly way: 'register' }
  | { readonly way: 'log-in'; readonly after?: 'expired' | 'password-changed' }
  | { readonly way: 'forgot'; readonly email?: string | undefined }
  /** The address is unknown when they logged in by username. */
  | { readonly way: 'unverified'; readonly email?: string | undefined }

/** Registering, logging in, and help for those who cannot. */
export function EntryCard({ first }: { first: Entry }) {
  const [entry, enter] = useState(first)
  const heading = useFocusOnStep(entry.way)
  return (
    <section
      aria-labelledby="account"
      className="rounded-3xl border border-line bg-card p-6 shadow-lift sm:p-8"
    >
      <h2 id="account" ref={heading} tabIndex={-1} className="text-2xl font-semibold">
        {titles[entry.way]}
      </h2>
      <p className="mt-1 mb-6 text-soft">
        <Lead entry={entry} enter={enter} />
      </p>
      <Form entry={entry} enter={enter} />
    </section>
  )
}

type Props = { entry: Entry; enter: (entry: Entry) => void }

const titles: Record<Entry['way'], string> = {
  register: 'Create your account',
  'log-in': 'Welcome back',
  forgot: 'Forgot your password?',
  unverified: 'Confirm your address',
}

function Lead({ entry, enter }: Props) {
  const to = (way: 'register' | 'log-in', words: string) => (
    <Button look="quiet" onClick={() => enter({ way })}>
      {words}
    </Button>
  )
  switch (entry.way) {
    case 'register':
      return <>Have one already? {to('log-in', 'Log in')}</>
    case 'log-in':
      return <>New here? {to('register', 'Create an account')}</>
    case 'forgot':
      return <>Know it again? {to('log-in', 'Log in')}</>
    case 'unverified':
      return <>Done already? {to('log-in', 'Log in')}</>
  }
}

function Form({ entry, enter }: Props) {
  const onUnverified = (login: string) => enter({ way: 'unverified', email: addressIn(login) })
  switch (entry.way) {
    case 'register':
      return <RegisterForm onUnverified={onUnverified} />
    case 'log-in':
      return (
        <>
          {entry.after && <div className="mb-6">{notices[entry.after]}</div>}
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
            We sent a link to <b className="font-semibold">{entry.email ?? 'your address'}</b>. Open it to
            show that the address is yours, then log in.
          </p>
          <ResendForm
            email={entry.email}
            hint="Nothing there? Check your spam folder, or ask for another link."
          />
        </>
      )
  }
}

const notices = {
  expired: (
    <Notice kind="error" title="Your session has ended">
      Log in again to continue. An unfinished upload is kept.
    </Notice>
  ),
  'password-changed': (
    <Notice kind="done" title="Your password was changed">
      Every device was logged out. Log in with the new one.
    </Notice>
  ),
}

const addressIn = (login: string) => (login.includes('@') ? login : undefined)

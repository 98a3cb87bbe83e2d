import { useState } from 'react'
import { LogInForm } from '../session/log-in-form.js'
import { RegisterForm } from '../session/register-form.js'
import { Button } from '../ui/button.js'
import { Mark } from '../ui/icons.js'
import { Notice } from '../ui/notice.js'

const promises = [
  ['Upload', 'A picture you choose, drop or paste.'],
  ['Preview', 'Upright and framed, seen by you alone.'],
  ['Confirm', 'Only now does it become your avatar.'],
] as const

/** What someone who is not signed in sees. @param expired the session ended by itself */
export function Welcome({ expired }: { expired: boolean }) {
  const [isNew, setIsNew] = useState(!expired)
  return (
    <div className="mx-auto grid min-h-dvh max-w-lg content-center items-center gap-10 px-4 py-10 sm:px-8 lg:max-w-5xl lg:grid-cols-[1fr_25rem] lg:gap-20">
      <header>
        <p className="flex items-center gap-3 font-serif text-xl font-semibold">
          <Mark />
          Likeness
        </p>
        <h1 className="mt-8 text-4xl tracking-tight sm:text-5xl lg:mt-12 lg:text-6xl">
          Your face, the way you mean it.
        </h1>
        <ol className="mt-10 hidden max-w-md lg:block">
          {promises.map(([name, text], index) => (
            <li key={name} className="flex gap-5 border-t border-line py-4 last:border-b">
              <span aria-hidden="true" className="w-4 font-serif text-lg text-accent">
                {index + 1}
              </span>
              <span>
                <b className="font-semibold">{name}.</b> <span className="text-soft">{text}</span>
              </span>
            </li>
          ))}
        </ol>
      </header>
      <section
        aria-labelledby="account"
        className="rounded-3xl border border-line bg-card p-6 shadow-lift sm:p-8"
      >
        <h2 id="account" className="text-2xl font-semibold">
          {isNew ? 'Create your account' : 'Welcome back'}
        </h2>
        <p className="mt-1 mb-6 text-soft">
          {isNew ? 'Have one already?' : 'New here?'}{' '}
          <Button look="quiet" onClick={() => setIsNew(!isNew)}>
            {isNew ? 'Log in' : 'Create an account'}
          </Button>
        </p>
        {expired && (
          <div className="mb-6">
            <Notice kind="error" title="Your session has ended">
              Log in again to go on. An unfinished upload is kept.
            </Notice>
          </div>
        )}
        {isNew ? <RegisterForm /> : <LogInForm />}
      </section>
    </div>
  )
}

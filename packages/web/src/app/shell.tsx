import type { Me } from '@likeness/client'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import { Link, useLocation } from 'wouter'
import { asFault, session } from '../api/likeness.js'
import { textsOf, useTexts } from '../language/texts.js'
import { Brand } from '../ui/brand.js'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'

/** Whether someone may open the console. */
export const isOperator = (me: Me | undefined): me is Me => me?.role === 'manager' || me?.role === 'admin'

/** What stays while the address changes: the name, the ways to go, and logging out. */
export function Shell({ me, children }: { me: Me | undefined; children: ReactNode }) {
  const words = useTexts(texts)
  const [path] = useLocation()
  const inConsole = path.startsWith('/console') && (me === undefined || isOperator(me))
  const leave = useMutation({ mutationFn: session.logOut })
  return (
    <div className={`mx-auto px-4 sm:px-8 ${inConsole ? 'max-w-[96rem]' : 'max-w-5xl'}`}>
      <a
        href="#main"
        className="absolute left-4 z-10 -translate-y-20 rounded-xl bg-accent px-4 py-2 text-on-accent focus:translate-y-3"
      >
        {words.skip}
      </a>
      <header>
        <div className="flex min-h-20 flex-wrap items-center justify-between gap-x-6 py-3">
          <Link href="/" aria-label={words.home}>
            <Brand />
          </Link>
          {/* It begins beside the name, so that it does not move when it is known who is signed in. */}
          <div className="flex flex-1 items-center justify-end gap-4 text-sm">
            {isOperator(me) && (
              <Link
                href={inConsole ? '/' : '/console'}
                className="inline-flex min-h-11 items-center font-medium text-accent underline-offset-4 hover:underline"
              >
                {inConsole ? words.account : words.console}
              </Link>
            )}
            {me && <span className="max-w-40 truncate text-soft max-sm:hidden">@{me.username}</span>}
            <Button look="quiet" busy={leave.isPending} onClick={() => leave.mutate()}>
              {words.logOut}
            </Button>
          </div>
          {leave.error && (
            <div className="mt-3 w-full">
              <FaultNotice fault={asFault(leave.error)} />
            </div>
          )}
        </div>
        <Ways path={path} inConsole={inConsole} isAdmin={me?.role === 'admin'} />
      </header>
      {children}
    </div>
  )
}

/** The pages of the account, or those of the console. */
function Ways(props: { path: string; inConsole: boolean; isAdmin: boolean }) {
  const { path, inConsole, isAdmin } = props
  const words = useTexts(texts)
  const list = useRef<HTMLUListElement>(null)
  // A narrow screen shows only some of them, and those of administrators come when it is known who is signed in.
  useEffect(() => {
    if (path !== '' || isAdmin)
      list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [path, isAdmin])
  const consoleWays = isAdmin ? { ...words.consoleWays, ...words.adminWays } : words.consoleWays
  const ways: Readonly<Record<string, string>> = inConsole ? consoleWays : words.ways
  const here = path === '/console' ? '/console/uploads' : path
  return (
    <nav aria-label={inConsole ? words.console : words.account} className="-mx-4 mb-6 sm:-mx-8">
      <ul ref={list} className="flex gap-1 overflow-x-auto border-b border-line px-3 sm:px-7">
        {Object.entries(ways).map(([href, name]) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={here === href ? 'page' : undefined}
              className="-mb-px inline-flex min-h-11 items-center border-b-2 border-transparent px-2.5 text-sm whitespace-nowrap text-soft hover:text-ink aria-[current]:border-accent aria-[current]:font-semibold aria-[current]:text-ink"
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const texts = textsOf({
  en: {
    skip: 'Skip to the content',
    home: 'Likeness, to your picture',
    logOut: 'Log out',
    account: 'Your account',
    console: 'Console',
    ways: {
      '/': 'Picture',
      '/history': 'History',
      '/profile': 'Profile',
      '/security': 'Security',
      '/activity': 'Activity',
      '/data': 'Your data',
    },
    consoleWays: {
      '/console/uploads': 'Uploads',
      '/console/take-down': 'Take-down',
      '/console/failures': 'Failures',
      '/console/users': 'Users',
      '/console/insights': 'Insights',
      '/console/upkeep': 'Upkeep',
    },
    adminWays: { '/console/queues': 'Queues', '/console/keys': 'Keys', '/console/webhooks': 'Webhooks' },
  },
  fr: {
    skip: 'Aller au contenu',
    home: 'Likeness, vers votre photo',
    logOut: 'Se déconnecter',
    account: 'Votre compte',
    console: 'Console',
    ways: {
      '/': 'Photo',
      '/history': 'Historique',
      '/profile': 'Profil',
      '/security': 'Sécurité',
      '/activity': 'Activité',
      '/data': 'Vos données',
    },
    consoleWays: {
      '/console/uploads': 'Envois',
      '/console/take-down': 'Retrait',
      '/console/failures': 'Échecs',
      '/console/users': 'Utilisateurs',
      '/console/insights': 'Chiffres',
      '/console/upkeep': 'Entretien',
    },
    adminWays: { '/console/queues': 'Files', '/console/keys': 'Clés', '/console/webhooks': 'Webhooks' },
  },
})

import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { CheckIcon, SpinnerIcon } from '../../ui/icons.js'
import { LinkPage } from '../../ui/link-page.js'
import { Moment } from '../../ui/moment.js'
import { readErasure } from './read-erasure.js'

/** How far the erasure of a closed account is. Whoever has its address may look, for the session is gone. */
export function ErasurePage(props: { id: string; token: string; onDone: () => void }) {
  const { id, token, onDone } = props
  const words = useTexts(texts)
  const { data, error, refetch } = useQuery(readErasure(id, token))
  const isComplete = data?.status === 'complete'
  return (
    <LinkPage
      title={isComplete ? words.complete : words.erasing}
      icon={isComplete ? <CheckIcon /> : <SpinnerIcon />}
    >
      {error && !data && <FaultNotice fault={asFault(error)} again={() => void refetch()} />}
      {data && (
        <div role="status">
          <ul className="space-y-2">
            <Part isDone>{words.account}</Part>
            <Part isDone={data.media === 'erased'}>{words.pictures}</Part>
            {data.completedAt && (
              <li className="text-sm text-soft">{words.at(<Moment at={data.completedAt} />)}</li>
            )}
          </ul>
        </div>
      )}
      {!isComplete && <p className="text-sm text-soft">{words.leave}</p>}
      <Button onClick={onDone} className="w-full">
        {words.home}
      </Button>
    </LinkPage>
  )
}

function Part({ isDone, children }: { isDone: boolean; children: ReactNode }) {
  const words = useTexts(texts)
  return (
    <li className="flex items-center gap-3">
      <span className={isDone ? 'text-accent' : 'text-soft'}>{isDone ? <CheckIcon /> : <SpinnerIcon />}</span>
      <span>
        {children} <span className="text-soft">{isDone ? words.erased : words.underWay}</span>
      </span>
    </li>
  )
}

const texts = textsOf({
  en: {
    erasing: 'Your account is closed',
    complete: 'Everything is erased',
    account: 'Account, profile and devices:',
    pictures: 'Pictures and their history:',
    erased: 'erased',
    underWay: 'being erased',
    at: (when: ReactNode): ReactNode => <>Complete since {when}.</>,
    leave: 'You may leave this page: the erasure goes on. Its address shows how far it is.',
    home: 'To the start page',
  },
  fr: {
    erasing: 'Votre compte est fermé',
    complete: 'Tout est effacé',
    account: 'Compte, profil et appareils :',
    pictures: 'Photos et leur historique :',
    erased: 'effacés',
    underWay: 'effacement en cours',
    at: (when: ReactNode): ReactNode => <>Terminé le {when}.</>,
    leave: 'Vous pouvez quitter cette page : l’effacement continue. Son adresse montre où il en est.',
    home: 'Vers la page d’accueil',
  },
})

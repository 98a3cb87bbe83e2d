import type { LikenessError } from '@likeness/client'
import type { ReactNode } from 'react'
import { useFormats } from '../language/format.js'
import { textsOf, useTexts } from '../language/texts.js'
import { Button } from './button.js'
import { Notice } from './notice.js'
import { useCountdown } from './use-countdown.js'

/**
 * A fault in full: what happened, the fields, the id to quote, and a button to try again if that can help.
 * @param shown paths of fields that show their own error beside them
 */
export function FaultNotice(props: {
  fault: LikenessError
  shown?: readonly string[]
  again?: (() => void) | undefined
  children?: ReactNode
}) {
  const { fault, shown = [], again, children } = props
  const words = useTexts(texts)
  const { seconds } = useFormats()
  const { title, detail } = useFaultWords(fault)
  const { fields, requestId, status } = fault
  const left = useCountdown(again ? fault.retryAt : 0)
  const others = fields.filter((error) => !shown.includes(error.path))
  return (
    <Notice kind="error" title={title}>
      <p>{detail}</p>
      {others.length > 0 && (
        <ul className="list-disc space-y-1 pl-5">
          {others.map((error) => (
            <li key={`${error.path} ${error.message}`}>
              {error.path && <b className="font-semibold">{error.path}: </b>}
              {error.message}
            </li>
          ))}
        </ul>
      )}
      {status >= 500 && requestId && <p className="text-xs text-soft">{words.request(requestId)}</p>}
      {again && (
        <Button onClick={again} off={left > 0}>
          {/* The number would be read out each second. */}
          {words.again} {left > 0 && <span aria-hidden="true">{words.in(seconds(left))}</span>}
        </Button>
      )}
      {children}
    </Notice>
  )
}

/** A temporary fault: the request is being repeated. */
export function TroubleNotice({ fault }: { fault: LikenessError }) {
  const { title } = useFaultWords(fault)
  return (
    <Notice kind="error" title={title}>
      <p>{useTexts(texts).trying}</p>
    </Notice>
  )
}

/** What happened, in the language of the page: the server speaks it, but to programs, and the client library speaks English. */
export function useFaultWords(fault: LikenessError): { title: string; detail: string } {
  const { ofPage } = useTexts(texts)
  return isOfPage(fault.code) ? ofPage[fault.code] : fault
}

const isOfPage = (code: string): code is keyof typeof texts.en.ofPage => code in texts.en.ofPage

const texts = textsOf({
  en: {
    again: 'Try again',
    in: (wait: string) => `in ${wait}`,
    request: (id: string) => `Request ${id}`,
    trying: 'Still trying. Nothing is lost.',
    ofPage: {
      unreachable: {
        title: 'The server cannot be reached',
        detail: 'Check your connection, then try again. Nothing is lost.',
      },
      'unreadable-answer': {
        title: 'The server gave an unexpected answer',
        detail: 'Try again in a moment.',
      },
      'session-ended': { title: 'Your session has ended', detail: 'Log in again to continue.' },
      stale: {
        title: 'This has changed since you looked at it',
        detail: 'Nothing was done. Look at what changed, then decide again.',
      },
    },
  },
  fr: {
    again: 'Réessayer',
    in: (wait: string) => `dans ${wait}`,
    request: (id: string) => `Requête ${id}`,
    trying: 'Nouvelle tentative en cours. Rien n’est perdu.',
    ofPage: {
      unreachable: {
        title: 'Le serveur est injoignable',
        detail: 'Vérifiez votre connexion, puis réessayez. Rien n’est perdu.',
      },
      'unreadable-answer': {
        title: 'Le serveur a donné une réponse inattendue',
        detail: 'Réessayez dans un instant.',
      },
      'session-ended': { title: 'Votre session est terminée', detail: 'Reconnectez-vous pour continuer.' },
      stale: {
        title: 'Modifié depuis votre consultation',
        detail: 'Rien n’a été fait. Voyez ce qui a changé, puis décidez à nouveau.',
      },
    },
  },
})

import type { Webhook } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'
import { Tag } from '../../ui/tag.js'

/** Whether a webhook is told what happens, and if not, why. */
export function WebhookState({ webhook: { state, reason, failingSince } }: { webhook: Webhook }) {
  const words = useTexts(texts)
  return (
    <span className="inline-flex gap-1">
      <Tag look={state === 'enabled' ? 'good' : 'bad'}>{words.states[state]}</Tag>
      {reason !== null && <Tag>{words.reasons[reason]}</Tag>}
      {state === 'enabled' && failingSince !== null && <Tag look="bad">{words.failing}</Tag>}
    </span>
  )
}

const texts = textsOf({
  en: {
    states: { enabled: 'enabled', paused: 'paused', disabled: 'disabled' },
    reasons: { failing: 'failed for three days', gone: 'it answered 410', asked: 'by an administrator' },
    failing: 'failing',
  },
  fr: {
    states: { enabled: 'activé', paused: 'en pause', disabled: 'désactivé' },
    reasons: { failing: 'trois jours d’échecs', gone: 'il a répondu 410', asked: 'par un administrateur' },
    failing: 'en échec',
  },
})

import type { LikenessError, Webhook } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'
import { Field } from '../../ui/field.js'
import { eventTypes, isTold } from './webhooks.js'

/** The fields of a webhook. @param webhook undefined: a new one, which is told everything */
export function WebhookFields({ webhook, fault }: { webhook?: Webhook; fault: LikenessError | undefined }) {
  const words = useTexts(texts)
  return (
    <>
      <Field
        label={words.url}
        name="url"
        type="url"
        required
        defaultValue={webhook?.url}
        placeholder="https://"
        error={fault?.field('url')}
        spellCheck="false"
      />
      <Field
        label={words.description}
        name="description"
        maxLength={200}
        dir="auto"
        defaultValue={webhook?.description}
        error={fault?.field('description')}
      />
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">{words.events}</legend>
        <div className="grid sm:grid-cols-2">
          {eventTypes.map((type) => (
            <label key={type} className="flex min-h-10 items-center gap-3">
              <input
                type="checkbox"
                name={type}
                defaultChecked={webhook === undefined || isTold(webhook, type)}
                className="size-4.5 accent-accent"
              />
              <code className="text-sm">{type}</code>
            </label>
          ))}
        </div>
        <p className="mt-1 text-sm text-soft">{words.eventsHint}</p>
      </fieldset>
    </>
  )
}

const texts = textsOf({
  en: {
    url: 'Address',
    description: 'Description',
    events: 'What it is told',
    eventsHint: 'All, or none, of them: everything, also what later releases add.',
  },
  fr: {
    url: 'Adresse',
    description: 'Description',
    events: 'Ce qu’il apprend',
    eventsHint: 'Tous, ou aucun : tout, y compris ce que des versions ultérieures ajouteront.',
  },
})

import type { LikenessError } from '@likeness/client'
import { type SyntheticEvent, useId } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Choice } from '../../ui/choice.js'
import { Field } from '../../ui/field.js'
import { entriesOf } from '../../ui/use-form.js'
import { uploadWords } from '../ui/statuses.js'
import { fromStart, useAddress } from '../ui/use-address.js'
import { useFilled } from '../ui/use-filled.js'
import { type FilterName, filterNames, filterOf, formats, statuses } from './history-filters.js'

/** Every filter of the list; the address keeps what is chosen. @param fault of the list, whose fields are shown here */
export function FilterPanel({ fault, onClose }: { fault: LikenessError | undefined; onClose: () => void }) {
  const words = useTexts(texts)
  const { statuses: statusWords } = useTexts(uploadWords)
  const { params, change } = useAddress()
  const id = useId()
  const givenOf = (name: FilterName) =>
    name === 'from' || name === 'to' ? localOf(params.get(name)) : (params.get(name) ?? '')
  const form = useFilled(Object.fromEntries(fieldNames.map((name) => [name, givenOf(name)])))
  const errorOf = (name: FilterName) => fault?.fields.find(({ path }) => filterOf(path) === name)?.message
  const apply = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault()
    const entries = entriesOf(event.currentTarget)
    const given = fieldNames.map((name) => {
      const value = (entries[name] ?? '').trim()
      return [name, name === 'from' || name === 'to' ? momentOf(value) : value] as const
    })
    change(fromStart(Object.fromEntries(given)))
  }
  const any = (choices: readonly string[], of: (choice: string) => string) => ({
    '': words.any,
    ...Object.fromEntries(choices.map((choice) => [choice, of(choice)])),
  })
  const text = (name: 'failure' | 'user' | 'sha256' | 'ip' | 'actorId') => (
    <Field
      label={words.fields[name]}
      name={name}
      hint={words.hints[name]}
      error={errorOf(name)}
      autoComplete="off"
      spellCheck="false"
    />
  )
  return (
    <form
      ref={form}
      aria-labelledby={id}
      onSubmit={apply}
      noValidate
      className="mb-4 rounded-2xl border border-line bg-card p-4 sm:p-5"
    >
      <h2 id={id} className="sr-only">
        {words.title}
      </h2>
      <div className="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <Choice
          label={words.fields.status}
          name="status"
          choices={any(statuses, (one) => statusWords[one as (typeof statuses)[number]])}
        />
        <Choice label={words.fields.format} name="format" choices={any(formats, (one) => one)} />
        {text('user')}
        {(['from', 'to'] as const).map((name) => (
          <Field
            key={name}
            label={words.fields[name]}
            name={name}
            type="datetime-local"
            error={errorOf(name)}
          />
        ))}
        {text('failure')}
        {text('actorId')}
        {text('ip')}
        {text('sha256')}
      </div>
      <div className="mt-5 flex flex-wrap gap-3">
        <Button type="submit" look="primary">
          {words.apply}
        </Button>
        <Button onClick={onClose}>{words.close}</Button>
      </div>
    </form>
  )
}

/** RFC 3339 in UTC of what a field for local times holds. */
function momentOf(local: string): string | undefined {
  const at = new Date(local)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

/** The reverse: minutes of the local clock. */
function localOf(moment: string | null): string {
  const at = new Date(moment ?? '')
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** The search has a field of its own. */
const fieldNames = filterNames.filter((name) => name !== 'q')

const texts = textsOf({
  en: {
    title: 'Filters',
    any: 'Any',
    apply: 'Apply',
    close: 'Close the filters',
    fields: {
      status: 'State',
      format: 'Format',
      user: 'Owner',
      from: 'Uploaded from',
      to: 'Uploaded before',
      failure: 'Failure code',
      actorId: 'Acted on by',
      ip: 'IP address',
      sha256: 'SHA-256',
    },
    hints: {
      user: 'A username or an id',
      failure: 'Such as blocked-image',
      actorId: 'The id of a person, or of a key',
      ip: 'Something was done from it',
      sha256: 'Of the uploaded bytes',
    },
  },
  fr: {
    title: 'Filtres',
    any: 'Tous',
    apply: 'Appliquer',
    close: 'Fermer les filtres',
    fields: {
      status: 'État',
      format: 'Format',
      user: 'Propriétaire',
      from: 'Envoyé depuis',
      to: 'Envoyé avant',
      failure: 'Code d’échec',
      actorId: 'Traité par',
      ip: 'Adresse IP',
      sha256: 'SHA-256',
    },
    hints: {
      user: 'Un nom d’utilisateur ou un identifiant',
      failure: 'Par exemple blocked-image',
      actorId: 'L’identifiant d’une personne ou d’une clé',
      ip: 'Quelque chose a été fait depuis elle',
      sha256: 'Des octets envoyés',
    },
  },
})

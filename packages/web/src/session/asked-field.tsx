import type { ProfilePatch, RegistrationField } from '@likeness/client'
import { textsOf, useTexts } from '../language/texts.js'
import { Choice } from '../ui/choice.js'
import { Field } from '../ui/field.js'
import type { Entries } from '../ui/use-form.js'
import { useProfileLabels } from './profile-labels.js'

const inputTypes = { text: 'text', date: 'date', number: 'number' } as const

/** A field that the group asks for. */
export function AskedField({ field, error }: { field: RegistrationField; error: string | undefined }) {
  const { optional, none } = useTexts(texts)
  const { name, type, choices, required } = field
  const words = useProfileLabels()(name, field.label)
  const label = required || type === 'yes-no' ? words : optional(words)
  if (type === 'choice') {
    const all = Object.fromEntries([['', none], ...choices.map((choice) => [choice, choice])])
    return <Choice label={label} name={name} choices={all} error={error} />
  }
  if (type !== 'yes-no') return <Field label={label} name={name} type={inputTypes[type]} error={error} />
  return (
    <label className="flex min-h-11 items-center gap-3 text-sm font-medium">
      <input type="checkbox" name={name} className="size-5" />
      {label}
    </label>
  )
}

/** The profile as the API takes it, from the entries. Empty ones are left out. */
export function profileOf(fields: readonly RegistrationField[], entries: Entries): ProfilePatch {
  const filled = fields.map(({ name, type }) => ({
    key: name.split('.').slice(1),
    value: readEntry(type, entries[name]),
  }))
  const [own, custom] = [1, 2].map((depth) =>
    filled
      .filter(({ key, value }) => key.length === depth && value !== undefined)
      .map(({ key, value }) => [String(key.at(-1)), value] as const),
  )
  const extra = Object.fromEntries(custom ?? [])
  return { ...Object.fromEntries(own ?? []), ...(custom?.length ? { custom: extra } : {}) }
}

function readEntry(type: RegistrationField['type'], given: string | undefined) {
  if (type === 'yes-no') return given === 'on'
  if (given === undefined || given === '') return undefined
  return type === 'number' ? Number(given) : given
}

const texts = textsOf({
  en: { optional: (label: string) => `${label} (optional)`, none: '–' },
  fr: { optional: (label: string) => `${label} (facultatif)`, none: '–' },
})

import type { RegistrationField } from '@likeness/contracts'
import { Choice } from '../ui/choice.js'
import { Field } from '../ui/field.js'
import type { Entries } from '../ui/use-form.js'

const labels: Readonly<Record<string, string>> = {
  'profile.firstName': 'First name',
  'profile.lastName': 'Last name',
  'profile.nickname': 'Nickname',
  'profile.bio': 'About you',
  'profile.phoneNumber': 'Phone number',
  'profile.companyName': 'Company',
  'profile.profession': 'Profession',
  'profile.birthDate': 'Date of birth',
  'profile.linkedinUrl': 'LinkedIn page',
  'profile.githubUrl': 'GitHub page',
  'profile.isProfessional': 'I am a professional',
  'profile.locale': 'Language',
  'profile.discoverable': 'My picture may be found by my e-mail address',
}
const inputTypes = { text: 'text', date: 'date', number: 'number' } as const

/** A field that the group asks for. */
export function AskedField({ field, error }: { field: RegistrationField; error: string | undefined }) {
  const { name, type, choices, required } = field
  const words = field.label ?? labels[name] ?? name
  const label = required || type === 'yes-no' ? words : `${words} (optional)`
  if (type === 'choice') {
    const all = Object.fromEntries([['', '–'], ...choices.map((choice) => [choice, choice])])
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
export function profileOf(fields: readonly RegistrationField[], entries: Entries): object {
  const filled = fields.flatMap(({ name, type }) => {
    const given = entries[name]
    const key = name.split('.').slice(1)
    if (type === 'yes-no') return [{ key, value: given === 'on' }]
    return given === undefined || given === ''
      ? []
      : [{ key, value: type === 'number' ? Number(given) : given }]
  })
  const [own, custom] = [1, 2].map((depth) =>
    filled.filter(({ key }) => key.length === depth).map(({ key, value }) => [key.at(-1), value] as const),
  )
  const extra = Object.fromEntries(custom ?? [])
  return { ...Object.fromEntries(own ?? []), ...(custom?.length ? { custom: extra } : {}) }
}

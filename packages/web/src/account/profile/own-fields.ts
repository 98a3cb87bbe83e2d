import type { Me, RegistrationField, RegistrationForm } from '@likeness/client'

const prefix = 'profile.custom.'

/**
 * The extra fields of a group, as it asks for them. A group that is closed for registration tells of none: then those
 * that are filled in are shown by what they hold.
 */
export function ownFieldsOf({ group, profile }: Me, form: RegistrationForm): readonly RegistrationField[] {
  const known = form.groups.find(({ name }) => name === group)
  if (known) return known.fields.filter(({ name }) => name.startsWith(prefix))
  return Object.entries(profile.custom).flatMap(([name, value]) => {
    const type = types[typeof value]
    if (type === undefined) return []
    return [{ name: `${prefix}${name}`, label: name, type, choices: [], required: false }]
  })
}

const types: Partial<Record<string, RegistrationField['type']>> = {
  string: 'text',
  number: 'number',
  boolean: 'yes-no',
}

/** Paths of fields that every member of the group has to fill in. */
export const requiredIn = ({ group }: Me, form: RegistrationForm): readonly string[] =>
  (form.groups.find(({ name }) => name === group)?.fields ?? [])
    .filter(({ required }) => required)
    .map(({ name }) => name)

import type { RegistrationField } from '@likeness/contracts'
import { z } from 'zod'

type Group = {
  readonly required: readonly string[]
  readonly custom?: Readonly<Record<string, unknown>> | undefined
}
type Shape = Pick<RegistrationField, 'type' | 'choices'>

const yesNo: Shape = { type: 'yes-no', choices: [] }
const shapes: Readonly<Record<string, Shape>> = {
  birthDate: { type: 'date', choices: [] },
  locale: { type: 'choice', choices: ['en', 'fr'] },
  isProfessional: yesNo,
  discoverable: yesNo,
}

/** The part of a JSON Schema that is needed to ask for a field. */
const Property = z.object({
  type: z.string(),
  title: z.string().optional(),
  format: z.string().optional(),
  enum: z.array(z.string()).optional(),
})
const CustomSchema = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
})

/** The fields asked for at registration: those the group requires of each profile, and its extra ones. */
export function fieldsOf(group: Group | undefined): RegistrationField[] {
  const { required, custom } = group ?? { required: [] }
  const own = required.map((name) => ({
    name: `profile.${name}`,
    label: null,
    ...(shapes[name] ?? { type: 'text' as const, choices: [] }),
    required: true,
  }))
  return [...own, ...customFields(custom)]
}

function customFields(custom: Group['custom']): RegistrationField[] {
  const schema = CustomSchema.safeParse(custom ?? {})
  const { properties, required } = schema.data ?? { properties: {}, required: [] }
  return Object.entries(properties).flatMap(([name, given]) => {
    const property = Property.safeParse(given)
    const shape = property.success && shapeOf(property.data)
    // Lists and objects are left to clients that know them.
    if (!shape) return []
    const label = property.data.title ?? wordsOf(name)
    return [{ name: `profile.custom.${name}`, label, ...shape, required: required.includes(name) }]
  })
}

function shapeOf({ type, format, enum: choices }: z.output<typeof Property>): Shape | undefined {
  if (choices) return { type: 'choice', choices }
  if (type === 'boolean') return yesNo
  if (type === 'number' || type === 'integer') return { type: 'number', choices: [] }
  if (type === 'string') return { type: format === 'date' ? 'date' : 'text', choices: [] }
  return undefined
}

/** `businessName` as `Business name`. */
function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ProblemBody } from '@likeness/contracts'
import { ConfigError } from '@likeness/runtime'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { z } from 'zod'

export type Custom = Readonly<Record<string, unknown>>
type Faults = NonNullable<ProblemBody['errors']>

/** The groups (types of user) of this deployment, and the extra profile fields each requires. */
export type Groups = {
  readonly names: readonly string[]
  /** The group of who names none. */
  readonly fallback: string
  /** Whether it may be chosen at registration. */
  isOpen(group: string): boolean
  /** What is wrong with the extra fields of a member; paths start at the profile. */
  faultsOf(group: string, custom: Custom): Faults
}

const GroupsFile = z.strictObject({
  default: z.string(),
  groups: z.record(
    z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a lower-case word'),
    z.strictObject({
      registration: z.boolean().default(false).describe('may be chosen by anyone who registers'),
      custom: z.record(z.string(), z.unknown()).optional().describe('JSON Schema 2020-12 of profile.custom'),
    }),
  ),
})

const builtIn = fileURLToPath(new URL('../../groups.json', import.meta.url))
const longest = 10_000

/**
 * Reads GROUPS_FILE, or the groups.json this service comes with.
 * @throws ConfigError naming what is wrong with the file
 */
export function openGroups(path = builtIn): Groups {
  const file = readGroups(path)
  const validators = new Map<string, ValidateFunction>()
  for (const [name, { custom }] of Object.entries(file.groups)) {
    try {
      // Without a schema of its own, a group has no extra fields.
      validators.set(name, ajv().compile({ type: 'object', ...(custom ?? { maxProperties: 0 }) }))
    } catch (error) {
      throw fault(`custom of ${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return {
    names: Object.keys(file.groups),
    fallback: file.default,
    isOpen: (group) => file.groups[group]?.registration === true,
    faultsOf(group, custom) {
      if (JSON.stringify(custom).length > longest) {
        return [{ path: 'profile.custom', message: `must have at most ${longest} characters as JSON` }]
      }
      const validate = validators.get(group)
      if (!validate || validate(custom)) return []
      return (validate.errors ?? []).map(viewError)
    },
  }
}

let validator: Ajv2020 | undefined

/** Made once: it compiles the schema of schemas, which takes a third of a second. */
function ajv(): Ajv2020 {
  if (validator === undefined) {
    validator = new Ajv2020({ allErrors: true, strict: true })
    formats.default(validator)
  }
  return validator
}

const fault = (message: string) => new ConfigError([`GROUPS_FILE: ${message}`])

function readGroups(path: string): z.output<typeof GroupsFile> {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw fault(error instanceof Error ? error.message : String(error))
  }
  const parsed = GroupsFile.safeParse(json)
  if (!parsed.success) {
    throw fault(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; '))
  }
  if (!parsed.data.groups[parsed.data.default]?.registration) {
    throw fault('default must be a group that is open for registration')
  }
  return parsed.data
}

function viewError({ instancePath, params, message }: ErrorObject): Faults[number] {
  const named: unknown = params.missingProperty ?? params.additionalProperty
  const path = instancePath.split('/').filter(Boolean)
  if (typeof named === 'string') path.push(named)
  return {
    path: ['profile', 'custom', ...path].join('.'),
    message: params.missingProperty === undefined ? (message ?? 'is not valid') : 'is required',
  }
}

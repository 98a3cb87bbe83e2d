import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type FieldFault, ProfilePatch, type RegistrationField, readInEnglish } from '@likeness/contracts'
import { ConfigError } from '@likeness/runtime/config'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { z } from 'zod'
import type { Custom } from '../database/profiles.table.js'
import { faultsOfErrors } from './json-schema-faults.js'
import { fieldsOf } from './registration-fields.js'

/** The groups (types of user) of this deployment, and the extra profile fields each requires. */
export type Groups = {
  readonly names: readonly string[]
  /** The group of those who name none. */
  readonly fallback: string
  /** Whether it may be chosen at registration. */
  isOpen(group: string): boolean
  /** Fields of the profile that its members have to fill in. */
  requiredOf(group: string): readonly ProfileField[]
  /** The fields asked of someone who registers in it. */
  fieldsOf(group: string): readonly RegistrationField[]
  /** The faults in a member's extra fields; paths start at the profile. */
  faultsOf(group: string, custom: Custom): readonly FieldFault[]
}

/** Fields of `custom` are required by its JSON Schema. */
const ProfileField = ProfilePatch.omit({ custom: true }).keyof()
type ProfileField = z.output<typeof ProfileField>

const GroupsFile = z.strictObject({
  default: z.string(),
  groups: z.record(
    z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a lower-case word'),
    z.strictObject({
      registration: z.boolean().default(false).describe('may be chosen by anyone who registers'),
      required: z.array(ProfileField).default([]).describe('fields of the profile, such as firstName'),
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
      validators.set(
        name,
        ajv(path !== builtIn).compile({ type: 'object', ...(custom ?? { additionalProperties: false }) }),
      )
    } catch (error) {
      throw fault(`custom of ${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return {
    names: Object.keys(file.groups),
    fallback: file.default,
    isOpen: (group) => file.groups[group]?.registration === true,
    requiredOf: (group) => file.groups[group]?.required ?? [],
    fieldsOf: (group) => fieldsOf(file.groups[group]),
    faultsOf(group, custom) {
      if (JSON.stringify(custom).length > longest) {
        return [{ path: 'profile.custom', code: 'too-much-json', parameters: { limit: longest } }]
      }
      const validate = validators.get(group)
      if (!validate || validate(custom)) return []
      return faultsOfErrors(validate.errors ?? [], ['profile', 'custom'])
    },
  }
}

const schemaCompilers = new Map<boolean, Ajv2020>()

/**
 * Created once: compiling the schema of schemas takes a third of a second.
 * @param check whether a schema may be wrong; that of the file that comes with the service is not
 */
function ajv(check: boolean): Ajv2020 {
  let validator = schemaCompilers.get(check)
  if (validator === undefined) {
    validator = new Ajv2020({ allErrors: true, strict: true, messages: false, validateSchema: check })
    formats.default(validator)
    schemaCompilers.set(check, validator)
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
  const reading = readInEnglish(GroupsFile, json)
  if (reading.faults) {
    throw fault(reading.faults.map(({ path, message }) => `${path} ${message}`.trim()).join('; '))
  }
  if (!reading.value.groups[reading.value.default]?.registration) {
    throw fault('default must be a group that is open for registration')
  }
  return reading.value
}

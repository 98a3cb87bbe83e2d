import type { FieldFault, ProfilePatch } from '@likeness/contracts'
import parsePhoneNumber, { type CountryCode } from 'libphonenumber-js/max'
import type { Custom } from '../database/profiles.table.js'
import type { Person } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { ageOn } from './age.js'
import { mergeCustom } from './merge-custom.js'

const oldestPerson = 130

/** Whose profile it is: their group, their extra fields so far, and who they are once they have registered. */
export type Member = { readonly group: string; readonly custom: Custom; readonly person: Person | undefined }

/**
 * What the schema of a profile cannot check: the phone number by its country's plan, the birth date by today, the
 * extra fields by the JSON Schema of the group, and that none is missing which the group requires. Who registered
 * before it did may go on without, but nobody takes such a field away.
 * @param patch those of its fields that are valid by themselves
 */
export function faultsOfProfile(
  { config, groups }: Pick<ApiDeps, 'config' | 'groups'>,
  patch: Partial<ProfilePatch>,
  member: Member,
): FieldFault[] {
  const faults: FieldFault[] = []
  if (patch.phoneNumber && readPhone(patch.phoneNumber, config.PHONE_COUNTRY) === undefined) {
    faults.push({ path: 'profile.phoneNumber', code: 'not-a-phone-number' })
  }
  if (patch.birthDate && !isBirthDate(patch.birthDate)) {
    faults.push({ path: 'profile.birthDate', code: 'not-a-birth-date', parameters: { years: oldestPerson } })
  }
  for (const field of groups.requiredOf(member.group)) {
    if (isMissing(field, patch[field], member)) faults.push({ path: `profile.${field}`, code: 'required' })
  }
  if (patch.custom !== undefined) {
    faults.push(...groups.faultsOf(member.group, mergeCustom(member.custom, patch.custom)))
  }
  return faults
}

function isMissing(field: string, value: unknown, { person }: Member): boolean {
  if (person === undefined) return value === undefined || value === null
  const column = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as keyof Person
  return value === null && person[column] !== null
}

/** The number in E.164, or undefined when it is none. */
export function readPhone(given: string, country: string): string | undefined {
  const number = parsePhoneNumber(given, country as CountryCode)
  return number?.isValid() && number.ext === undefined ? number.number : undefined
}

function isBirthDate(date: string): boolean {
  const age = ageOn(new Date(), date)
  return age >= 0 && age <= oldestPerson
}

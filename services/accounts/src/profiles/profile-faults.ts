import type { FieldFault, ProfilePatch } from '@likeness/contracts'
import parsePhoneNumber, { type CountryCode } from 'libphonenumber-js/max'
import type { Person } from '../database/people.queries.js'
import type { Custom } from '../database/profiles.table.js'
import type { ApiDeps } from '../deps.js'
import { ageOn } from './age.js'
import { mergeCustom } from './merge-custom.js'

const oldestPerson = 130

/** The owner of a profile: their group, their extra fields so far, and the person once they have registered. */
export type Member = { readonly group: string; readonly custom: Custom; readonly person: Person | undefined }

/**
 * The faults a profile's schema cannot find: in the phone number by its country's plan, in the birth date by today, in
 * the extra fields by the group's JSON Schema, and missing fields that the group requires. People who registered before
 * the group required a field may go on without it, but nobody may remove it.
 * @param patch the fields that are valid by themselves
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

/** The number in E.164, or undefined when it is not one. */
export function readPhone(given: string, country: string): string | undefined {
  const number = parsePhoneNumber(given, country as CountryCode)
  return number?.isValid() && number.ext === undefined ? number.number : undefined
}

function isBirthDate(date: string): boolean {
  const age = ageOn(new Date(), date)
  return age >= 0 && age <= oldestPerson
}

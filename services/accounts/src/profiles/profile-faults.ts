import type { FieldFault, ProfilePatch } from '@likeness/contracts'
import parsePhoneNumber, { type CountryCode } from 'libphonenumber-js/max'
import type { ApiDeps } from '../deps.js'
import type { Custom } from '../groups/groups.js'
import { ageOn } from './age.js'
import { mergeCustom } from './merge-custom.js'

const oldestPerson = 130

/**
 * What the schema of a profile cannot check: the phone number by its country's plan, the birth date by today, the
 * extra fields by the JSON Schema of the group.
 * @param patch those of its fields that are valid by themselves
 * @param member whose profile it is: their group, and their extra fields so far
 */
export function faultsOfProfile(
  { config, groups }: Pick<ApiDeps, 'config' | 'groups'>,
  patch: Partial<ProfilePatch>,
  member: { group: string; custom: Custom },
): FieldFault[] {
  const faults: FieldFault[] = []
  if (patch.phoneNumber && readPhone(patch.phoneNumber, config.PHONE_COUNTRY) === undefined) {
    faults.push({ path: 'profile.phoneNumber', code: 'not-a-phone-number' })
  }
  if (patch.birthDate && !isBirthDate(patch.birthDate)) {
    faults.push({ path: 'profile.birthDate', code: 'not-a-birth-date', parameters: { years: oldestPerson } })
  }
  if (patch.custom !== undefined) {
    faults.push(...groups.faultsOf(member.group, mergeCustom(member.custom, patch.custom)))
  }
  return faults
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

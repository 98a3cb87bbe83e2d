import { isDeepStrictEqual } from 'node:util'
import type { ProblemBody, ProfilePatch } from '@likeness/contracts'
import parsePhoneNumber, { type CountryCode } from 'libphonenumber-js/max'
import type { ProfileChanges } from '../database/profiles.table.js'
import type { ApiDeps } from '../deps.js'
import type { Custom } from '../groups/groups.js'
import { problem } from '../problems.js'
import { ageOn } from './age.js'
import { mergeCustom } from './merge-custom.js'

type Faults = NonNullable<ProblemBody['errors']>

const oldestPerson = 130

/**
 * The columns a profile patch changes, with what its schema cannot check: the phone number by its country's
 * plan, the birth date by today, the extra fields by the JSON Schema of the group.
 * @param member whose profile it is: their group, and their extra fields so far
 * @throws Problem `validation-failed` naming every such field
 */
export function readProfilePatch(
  { config, groups }: Pick<ApiDeps, 'config' | 'groups'>,
  patch: ProfilePatch,
  member: { group: string; custom: Custom },
): ProfileChanges {
  const faults: Faults = []
  const phone = patch.phoneNumber ? readPhone(patch.phoneNumber, config.PHONE_COUNTRY) : patch.phoneNumber
  if (phone === false) faults.push({ path: 'profile.phoneNumber', message: 'must be a valid phone number' })
  if (patch.birthDate && !isBirthDate(patch.birthDate)) {
    const message = `must not be in the future or more than ${oldestPerson} years ago`
    faults.push({ path: 'profile.birthDate', message })
  }
  const custom = patch.custom === undefined ? member.custom : mergeCustom(member.custom, patch.custom)
  if (patch.custom !== undefined) faults.push(...groups.faultsOf(member.group, custom))
  if (faults.length > 0) throw problem('validation-failed', {}, { errors: faults })

  const changes = {
    first_name: patch.firstName,
    last_name: patch.lastName,
    nickname: patch.nickname,
    bio: patch.bio,
    phone_number: phone === false ? undefined : phone,
    company_name: patch.companyName,
    profession: patch.profession,
    birth_date: patch.birthDate,
    linkedin_url: patch.linkedinUrl,
    github_url: patch.githubUrl,
    is_professional: patch.isProfessional,
    locale: patch.locale,
    discoverable: patch.discoverable,
    custom: isDeepStrictEqual(custom, member.custom) ? undefined : JSON.stringify(custom),
  }
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
}

/** The number in E.164, or false. */
function readPhone(given: string, country: string): string | false {
  const number = parsePhoneNumber(given, country as CountryCode)
  return number?.isValid() && number.ext === undefined ? number.number : false
}

function isBirthDate(date: string): boolean {
  const age = ageOn(new Date(), date)
  return age >= 0 && age <= oldestPerson
}

import { isDeepStrictEqual } from 'node:util'
import type { ProfilePatch } from '@likeness/contracts'
import type { Custom, ProfileChanges } from '../database/profiles.table.js'
import type { ApiDeps } from '../deps.js'
import { mergeCustom } from './merge-custom.js'
import { readPhone } from './profile-faults.js'

/**
 * The columns a profile patch changes.
 * @param patch in which `faultsOfProfile` finds nothing
 * @param custom the extra fields so far
 */
export function readProfilePatch(
  { config }: Pick<ApiDeps, 'config'>,
  patch: ProfilePatch,
  custom: Custom,
): ProfileChanges {
  const merged = patch.custom === undefined ? custom : mergeCustom(custom, patch.custom)
  const changes = {
    first_name: patch.firstName,
    last_name: patch.lastName,
    nickname: patch.nickname,
    bio: patch.bio,
    phone_number: patch.phoneNumber ? readPhone(patch.phoneNumber, config.PHONE_COUNTRY) : patch.phoneNumber,
    company_name: patch.companyName,
    profession: patch.profession,
    birth_date: patch.birthDate,
    linkedin_url: patch.linkedinUrl,
    github_url: patch.githubUrl,
    is_professional: patch.isProfessional,
    locale: patch.locale,
    discoverable: patch.discoverable,
    custom: isDeepStrictEqual(merged, custom) ? undefined : JSON.stringify(merged),
  }
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
}

import type { Me, PublicUser, User } from '@likeness/contracts'
import type { AccountsConfig } from '../config.js'
import type { Person } from '../database/users.table.js'
import { ageOn } from '../profiles/age.js'

/** A user as they and their managers see them. */
export const viewUser = (person: Person): User => ({
  id: person.id,
  username: person.username,
  email: person.email,
  emailVerified: person.email_verified_at !== null,
  role: person.role,
  group: person.group_name,
  createdAt: person.created_at.toISOString(),
  updatedAt: person.updated_at.toISOString(),
  profile: {
    firstName: person.first_name,
    lastName: person.last_name,
    nickname: person.nickname,
    bio: person.bio,
    phoneNumber: person.phone_number,
    companyName: person.company_name,
    profession: person.profession,
    birthDate: person.birth_date,
    age: person.birth_date === null ? null : ageOn(new Date(), person.birth_date),
    linkedinUrl: person.linkedin_url,
    githubUrl: person.github_url,
    isProfessional: person.is_professional,
    locale: person.locale,
    discoverable: person.discoverable,
    custom: person.custom,
  },
  avatar: person.avatar,
})

/** A user as they see themselves. */
export const viewMe = (
  person: Person,
  { EMAIL_VERIFICATION }: Pick<AccountsConfig, 'EMAIL_VERIFICATION'>,
): Me => {
  const pending = EMAIL_VERIFICATION === 'off' ? 'not-required' : 'sent'
  return { ...viewUser(person), emailVerification: person.email_verified_at === null ? pending : 'done' }
}

/** A user as anyone signed in sees them. */
export const viewPublicUser = (person: Person): PublicUser => ({
  id: person.id,
  username: person.username,
  profile: {
    nickname: person.nickname,
    bio: person.bio,
    companyName: person.company_name,
    profession: person.profession,
    linkedinUrl: person.linkedin_url,
    githubUrl: person.github_url,
    isProfessional: person.is_professional,
  },
  avatar: person.avatar,
})

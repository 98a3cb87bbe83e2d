import { avatarUrls, type Me, type ProfileAvatar, type PublicUser, type User } from '@likeness/contracts'
import { entityTagOf } from '@likeness/runtime/entity-tags'
import type { AccountsConfig } from '../config.js'
import type { Person } from '../database/people.queries.js'
import { ageOn } from './age.js'

type Origin = Pick<AccountsConfig, 'PUBLIC_URL'>

/** The avatar with its addresses at the origin clients see now. */
function viewAvatar({ id, avatar }: Person, { PUBLIC_URL }: Origin): ProfileAvatar | null {
  if (avatar === null) return null
  const { version, thumbhash, altText } = avatar
  return { version, urls: avatarUrls(PUBLIC_URL, id, avatar), thumbhash, altText }
}

/** A user as they and their managers see them. */
export const viewUser = (person: Person, config: Origin): User => ({
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
  avatar: viewAvatar(person, config),
})

/** A user as they see themselves. */
export const viewMe = (
  person: Person,
  config: Pick<AccountsConfig, 'EMAIL_VERIFICATION' | 'PUBLIC_URL'>,
): Me => {
  const pending = config.EMAIL_VERIFICATION === 'off' ? 'not-required' : 'sent'
  return {
    ...viewUser(person, config),
    emailVerification: person.email_verified_at === null ? pending : 'done',
  }
}

/** A user as anyone signed in sees them. */
export const viewPublicUser = (person: Person, config: Origin): PublicUser => ({
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
  avatar: viewAvatar(person, config),
})

/** The entity tag of `GET /v1/me`: it changes exactly when the answer does. */
export const tagOfMe = (user: Me): string => entityTagOf(JSON.stringify(user))

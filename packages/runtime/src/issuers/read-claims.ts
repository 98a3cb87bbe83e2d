import type { Role } from '@likeness/contracts'
import type { JWTPayload } from 'jose'
import type { ClaimPath, Issuer } from './issuer-config.js'

/** What a token of another issuer says about a person. */
export type ForeignPerson = {
  readonly issuer: string
  readonly subject: string
  readonly role: Role
  readonly email: string | null
  readonly name: string | null
  readonly locale: string | null
  /** The address of the picture to import at first sight, where the issuer's are. */
  readonly picture: string | null
}

/** A token whose claims do not speak for anybody here; the message says why. */
export class ClaimError extends Error {
  override name = 'ClaimError'
}

/** The longest subject that OpenID Connect Core 1.0 §2 allows. */
const longestSubject = 255
const longestText = 320
const longestAddress = 2_000

/** Reads a verified token by the claims map of its issuer. @throws ClaimError */
export function readClaims(issuer: Issuer, payload: JWTPayload): ForeignPerson {
  const { claims } = issuer
  const text = (path: ClaimPath) => textOf(valueAt(payload, path))
  return {
    issuer: issuer.issuer,
    subject: subjectOf(valueAt(payload, claims.subject)),
    role: roleOf(issuer, payload),
    email: text(claims.email),
    name: text(claims.name),
    locale: text(claims.locale),
    picture: issuer.importPicture ? pictureOf(valueAt(payload, claims.picture)) : null,
  }
}

function subjectOf(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new ClaimError('it has no subject')
  if (value.length > longestSubject) throw new ClaimError('its subject is too long')
  if (hasControl(value)) throw new ClaimError('its subject has control characters')
  return value
}

/** The highest role that its values stand for. Values that stand for none, and anything but text, mean nothing. */
function roleOf({ claims, roles }: Issuer, payload: JWTPayload): Role {
  const values = new Set(claims.roles.flatMap((path) => valueAt(payload, path)))
  if (roles.admin?.some((value) => values.has(value))) return 'admin'
  return roles.manager?.some((value) => values.has(value)) ? 'manager' : 'user'
}

function valueAt(payload: JWTPayload, path: ClaimPath): unknown {
  let value: unknown = payload
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

/** What is no text, or no sound one, is left out: it only describes. */
const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= longestText && !hasControl(value)
    ? value
    : null

/** Only what may be an address; where it leads is judged when it is fetched. */
const pictureOf = (value: unknown): string | null =>
  typeof value === 'string' &&
  value.length <= longestAddress &&
  /^https?:\/\//i.test(value) &&
  !hasControl(value) &&
  URL.canParse(value)
    ? value
    : null

// PostgreSQL keeps no NUL, and half a surrogate pair is no text.
const hasControl = (value: string) => /\p{Cc}/u.test(value) || !value.isWellFormed()

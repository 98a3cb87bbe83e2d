import { createHash } from 'node:crypto'

/** A strong entity tag (RFC 9110 §8.8.3) that changes exactly when the content does. */
export const entityTagOf = (content: string | Uint8Array): string =>
  `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`

/**
 * Whether `If-None-Match` says that the client has this version already (RFC 9110 §13.1.2): `*`, or a list of entity
 * tags, compared weakly.
 */
export function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return (
    ifNoneMatch === tag || listed(ifNoneMatch).some((one) => one === '*' || one.replace(/^W\//, '') === tag)
  )
}

/**
 * Whether `If-Match` allows a change of the version with one of these tags (RFC 9110 §13.1.1): it is absent, `*`, or
 * names one of them. Comparison is strong, so `W/"17"` names nothing.
 */
export function isExpected(ifMatch: string | undefined, names: (tag: string) => boolean): boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return true
  return listed(ifMatch).some(names)
}

const listed = (header: string): string[] => header.split(',').map((tag) => tag.trim())

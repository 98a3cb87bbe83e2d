import { createHash } from 'node:crypto'
import type { Me } from '@likeness/contracts'

/** A strong validator of a user as shown (RFC 9110 §8.8.3): it changes exactly when the answer does. */
export const etagOf = (user: Me): string =>
  `"${createHash('sha256').update(JSON.stringify(user)).digest('base64url').slice(0, 22)}"`

/** Whether If-Match or If-None-Match names this validator; `W/` counts only where comparison is weak. */
export function matches(header: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true
  return header
    .split(',')
    .map((one) => one.trim())
    .some((one) => (comparison === 'weak' ? one.replace(/^W\//, '') : one) === etag)
}

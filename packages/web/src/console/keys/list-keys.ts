import { call, type ServiceKey } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** The query of all service keys. */
export const keysKey = ['keys'] as const

/** Every service key. Each reading is in the audit, so it is read again only when someone asks. */
export const listKeys = () =>
  queryOptions({
    queryKey: keysKey,
    queryFn: async ({ signal }) => (await call(client, 'GET /v1/keys', { signal })).body.items,
  })

export const stateOf = ({ revokedAt, expiresAt }: ServiceKey): 'valid' | 'revoked' | 'expired' =>
  revokedAt !== null ? 'revoked' : Date.parse(expiresAt) < Date.now() ? 'expired' : 'valid'

/** The newest valid key that was made after a key under its name: the one that replaces it. */
export const successorOf = (key: ServiceKey, keys: readonly ServiceKey[]): ServiceKey | undefined =>
  keys
    .filter((one) => one.name === key.name && one.createdAt > key.createdAt && stateOf(one) === 'valid')
    .sort((one, other) => other.createdAt.localeCompare(one.createdAt))[0]

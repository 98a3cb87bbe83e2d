import { call, type ServiceKey } from '@likeness/client'
import type { QueryClient } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'
import { keysKey } from './list-keys.js'

/** Ends a key for good. Resolves once the list shows it. */
export async function revokeKey(queries: QueryClient, { id }: ServiceKey): Promise<void> {
  await call(client, 'DELETE /v1/keys/:id', { params: { id } })
  await queries.invalidateQueries({ queryKey: keysKey })
}

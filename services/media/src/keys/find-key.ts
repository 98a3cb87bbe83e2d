import type { FindKeyCaller } from '@likeness/runtime/auth'
import { mostOf } from '@likeness/runtime/most-of'
import { LRUCache } from 'lru-cache'
import { type UsableKey, useKey } from '../database/service-keys.table.js'
import type { Deps } from '../deps.js'
import { hashOfKey } from './service-keys.js'

/** A key that is revoked is refused within this time. */
const rememberedMs = 4_000
const most = 10_000

/** Finds the keys that requests carry, by their hash alone. One that cannot be used is looked up each time. */
export function openKeys({ db }: Pick<Deps, 'db'>): FindKeyCaller {
  const known = new LRUCache<string, UsableKey>({ ...mostOf(most), ttl: rememberedMs })
  return async (key) => {
    const hash = hashOfKey(key)
    const name = hash.toString('base64')
    const found = known.get(name) ?? (await useKey(db, hash))
    if (!found || found.expires_at.getTime() <= Date.now()) return undefined
    known.set(name, found, { noUpdateTTL: true })
    return { id: found.id, scopes: found.scopes, expiresAt: found.expires_at.getTime() }
  }
}

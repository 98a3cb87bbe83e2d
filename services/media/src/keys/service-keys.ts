import { createHash, randomBytes } from 'node:crypto'
import type { CreatedKey, CreateKey, ServiceKey } from '@likeness/contracts'
import type { serviceKeys } from '@likeness/contracts/endpoints'
import { callerOf, keyStart } from '@likeness/runtime/caller'
import { newKeyId } from '@likeness/runtime/ids'
import type { Handler } from '@likeness/runtime/serve'
import { insertAuditEvent } from '@likeness/runtime/trail/audit-events'
import { noteAct, noteReading } from '@likeness/runtime/trail/operators'
import { insertKey, listKeyRows, markRevoked, viewKey } from '../database/service-keys.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

type Db = Pick<Deps, 'db'>['db']

export const hashOfKey = (key: string): Buffer => createHash('sha256').update(key).digest()

/** Makes a key. @param by the administrator; null for a command */
async function createKey(
  db: Db,
  { name, scopes, expiresInDays: days }: CreateKey,
  by: string | null,
): Promise<CreatedKey> {
  const key = `${keyStart}${randomBytes(32).toString('base64url')}`
  const row = await insertKey(db, {
    ...{ id: newKeyId(), prefix: key.slice(0, keyStart.length + 6), hash: hashOfKey(key), name, days },
    ...{ scopes: [...new Set(scopes)], created_by: by },
  })
  return { ...viewKey(row), key }
}

export const listKeys = async (db: Db): Promise<ServiceKey[]> => (await listKeyRows(db)).map(viewKey)

/** @throws Problem key-not-found */
async function revokeKey(db: Db, id: string): Promise<{ key: ServiceKey; isNew: boolean }> {
  const revoked = await markRevoked(db, id)
  if (!revoked) throw problem('key-not-found')
  return { key: viewKey(revoked.row), isNew: revoked.isNew }
}

const createdEvent = ({ id: key, name, scopes, expiresAt }: CreatedKey) =>
  ({ action: 'key-created', details: { key, name, scopes, expiresAt } }) as const
const revokedEvent = ({ id: key, name, revokedAt }: ServiceKey) =>
  ({
    action: 'key-revoked',
    details: { key, name },
    changes: { revokedAt: { before: null, after: revokedAt } },
  }) as const

/** What `likeness keys create` does on the machine. */
export const createKeyByCommand = (db: Db, body: CreateKey): Promise<CreatedKey> =>
  db.transaction().execute(async (trx) => {
    const made = await createKey(trx, body, null)
    await insertAuditEvent(trx, 'command', createdEvent(made))
    return made
  })

/** What `likeness keys revoke` does on the machine. @throws Problem key-not-found */
export const revokeKeyByCommand = (db: Db, id: string): Promise<void> =>
  db.transaction().execute(async (trx) => {
    const { key, isNew } = await revokeKey(trx, id)
    if (isNew) await insertAuditEvent(trx, 'command', revokedEvent(key))
  })

/** `serviceKeys.list` */
export const listKeysHandler =
  (deps: Deps): Handler<typeof serviceKeys.list> =>
  async (request) => {
    await noteReading(deps.db, request, { action: 'keys-listed', userId: null })
    return { items: await listKeys(deps.db) }
  }

/** `serviceKeys.create` */
export const createKeyHandler =
  (deps: Deps): Handler<typeof serviceKeys.create> =>
  async (request, reply) => {
    const created = await deps.db.transaction().execute(async (trx) => {
      const made = await createKey(trx, request.body, callerOf(request).id)
      await noteAct(trx, request, createdEvent(made))
      return made
    })
    reply.header('cache-control', 'no-store')
    return reply.code(201).send(created)
  }

/** `serviceKeys.revoke` */
export const revokeKeyHandler =
  (deps: Deps): Handler<typeof serviceKeys.revoke> =>
  async (request, reply) => {
    await deps.db.transaction().execute(async (trx) => {
      const { key, isNew } = await revokeKey(trx, request.params.id)
      if (isNew) await noteAct(trx, request, revokedEvent(key))
    })
    return reply.code(204).send()
  }

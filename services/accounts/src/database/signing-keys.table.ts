import type { Database, Transaction } from '@likeness/runtime/database'
import { type ColumnType, type Generated, type Insertable, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'

/** Keys that sign access tokens. The latest one whose time has come signs. */
export type SigningKeysTable = {
  /** RFC 7638 thumbprint of the public key. */
  kid: string
  public_jwk: ColumnType<{ kty: string; crv: string; x: string }, string, never>
  /** PKCS #8, AES-256-GCM: see keys/seal-key.ts. */
  sealed_private_key: Buffer
  created_at: Generated<Date>
  signs_from: Date
}
export type SigningKeyRow = Selectable<SigningKeysTable>

type Db = Database<Tables>

/** Serialises the creation of keys, and returns whether any exist. */
export async function lockSigningKeys(trx: Transaction<Tables>): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended('likeness-signing-keys', 0))`.execute(trx)
  const key = await trx.selectFrom('signing_keys').select('kid').limit(1).executeTakeFirst()
  return key !== undefined
}

export async function insertSigningKey(
  trx: Transaction<Tables>,
  key: Pick<Insertable<SigningKeysTable>, 'kid' | 'public_jwk' | 'sealed_private_key'>,
  signsInSeconds: number,
): Promise<Date> {
  const row = await trx
    .insertInto('signing_keys')
    .values({ ...key, signs_from: sql<Date>`now() + make_interval(secs => ${signsInSeconds})` })
    .returning('signs_from')
    .executeTakeFirstOrThrow()
  return row.signs_from
}

/** All keys, latest first. */
export function listSigningKeys(db: Db): Promise<SigningKeyRow[]> {
  return db.selectFrom('signing_keys').selectAll().orderBy('signs_from', 'desc').orderBy('kid').execute()
}

/** Replaces the sealed form of a key, unless another process has already done so. */
export async function resealSigningKey(db: Db, kid: string, from: Buffer, to: Buffer): Promise<void> {
  await db
    .updateTable('signing_keys')
    .set({ sealed_private_key: to })
    .where('kid', '=', kid)
    .where('sealed_private_key', '=', from)
    .execute()
}

export async function deleteSigningKeys(db: Db, kids: readonly string[]): Promise<void> {
  if (kids.length > 0) await db.deleteFrom('signing_keys').where('kid', 'in', kids).execute()
}

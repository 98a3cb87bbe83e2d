import { randomBytes } from 'node:crypto'
import { createAdmin, migrate as migrateAccounts } from '@likeness/accounts'
import { viewFault } from '@likeness/contracts'
import { migrate as migrateMedia } from '@likeness/media'
import { Problem } from '@likeness/runtime/problem'
import { StartError } from '@likeness/runtime/process'
import pg from 'pg'
import type { Order } from '../start/messages.js'

const names = ['accounts', 'media', 'queue'] as const

/** Makes the databases that our own PostgreSQL lacks, for accounts too: those may come later. */
export async function makeDatabases(server: string): Promise<void> {
  const client = new pg.Client(server)
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database')
    const made = new Set(rows.map((row) => row.datname))
    for (const name of names.filter((name) => !made.has(name))) await client.query(`CREATE DATABASE ${name}`)
  } finally {
    await client.end()
  }
}

/**
 * Migrates the database of each service that runs to this release.
 *
 * @throws StartError when one of them is from another release that this one cannot use
 */
export async function migrate({ databases, parts }: Order): Promise<void> {
  await Promise.all([parts.accounts && migrateAccounts(databases.accounts), migrateMedia(databases.media)])
}

/**
 * Creates the first administrator of accounts, once.
 *
 * @returns the password to show when it was generated here
 * @throws StartError when ADMIN_EMAIL or ADMIN_PASSWORD is not good enough
 */
export async function makeFirstAdmin({ databases, admin }: Order): Promise<{ password: string } | undefined> {
  if (admin === undefined) return undefined
  const { email, password } = admin
  const madeUp = randomBytes(15).toString('base64url')
  try {
    const result = await createAdmin(databases.accounts, { email, password: password ?? madeUp })
    return result === 'created' && password === undefined ? { password: madeUp } : undefined
  } catch (error) {
    if (!(error instanceof Problem)) throw new StartError(`No first administrator: ${messageOf(error)}.`)
    const reasons = (error.details.errors ?? []).map((one) => viewFault(one, 'en').message).join('; ')
    throw new StartError(`No first administrator: ${error.kind.title.en} (${reasons}).`)
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

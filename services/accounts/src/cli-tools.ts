import { type Database, openDatabase } from '@likeness/runtime/database'
import { AccountsConfig } from './config.js'
import type { Tables } from './database/database.js'

/** The setting for commands that use only the database. */
export const Connection = AccountsConfig.pick({ DATABASE_URL: true })

export async function withDatabase<T>(url: string, work: (db: Database<Tables>) => Promise<T>): Promise<T> {
  const db = openDatabase<Tables>(url, { name: 'likeness-accounts', max: 2, onError: () => undefined })
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

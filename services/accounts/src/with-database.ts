import { type Database, openDatabase } from '@likeness/runtime/database'
import type { Tables } from './database/database.js'

/** Does something with the database alone, as a command. */
export async function withDatabase<T>(url: string, work: (db: Database<Tables>) => Promise<T>): Promise<T> {
  const db = openDatabase<Tables>(url, { name: 'likeness-accounts', max: 2, onError: () => undefined })
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

import pg from 'pg'

/** Works on a database, and ends the connection however the work ends. */
export async function withDatabase<Result>(
  url: string,
  work: (db: pg.Client) => Promise<Result>,
): Promise<Result> {
  const db = new pg.Client(url)
  await db.connect()
  try {
    return await work(db)
  } finally {
    await db.end()
  }
}

import pg from 'pg'

export interface StoppedClock {
  /** Moves the time of the database on. */
  pass(seconds: number): Promise<void>
}

/**
 * Stops `now()` of a database at this moment, for every connection opened from here on, so that a window of time
 * ends when a test says so and not when a machine is slow. `clock_timestamp()` goes on.
 *
 * @param databaseUrl of a database of the test's own
 */
export async function stopClock(databaseUrl: string): Promise<StoppedClock> {
  const run = async (sql: string) => {
    const client = new pg.Client(databaseUrl)
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  // A function found before pg_catalog replaces the one there. Columns keep milliseconds.
  await run(`
    create schema clock;
    create table clock.stopped as select date_trunc('milliseconds', pg_catalog.now()) as at;
    create function clock.now() returns timestamptz language sql stable return (select at from clock.stopped);
    do $$ begin
      execute format('alter database %I set search_path = clock, public, pg_catalog', current_database());
    end $$`)
  return { pass: (seconds) => run(`update clock.stopped set at = at + make_interval(secs => ${seconds})`) }
}

import pg from 'pg'

/** Whether an insert or update failed on the unique index of this name. */
export function violates(error: unknown, index: string): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === index
}

/**
 * Whether the database refused a statement, and so has undone it; otherwise nobody knows what it did. Read from the code
 * (classes 08 and 57P: the connection ended), since PostgreSQL translates the severity.
 */
export const isRefused = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && !/^(08|57P)/.test(error.code ?? '')

/** Whether the database was away, rather than that it refused: worth a 503 and another try. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^(08|53|57P)/.test(error.code ?? '')
  return (
    error instanceof Error &&
    (('code' in error && ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'].includes(String(error.code))) ||
      /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect/.test(
        error.message,
      ))
  )
}

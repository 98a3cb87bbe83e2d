import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'

/** A database whose hot statements go to its pool directly: what Kysely does around each takes as long as sending it. */
export class PooledDatabase<Tables> extends Kysely<Tables> {
  readonly pool: pg.Pool
  #ended: Promise<void> | undefined

  constructor(pool: pg.Pool) {
    // Kysely ends a pool only if it has used it itself.
    const lent = { connect: () => pool.connect(), end: async () => undefined }
    super({ dialect: new PostgresDialect({ pool: lent }) })
    this.pool = pool
  }

  override async destroy(): Promise<void> {
    await super.destroy()
    if (!this.#ended) this.#ended = this.pool.end()
    await this.#ended
  }
}

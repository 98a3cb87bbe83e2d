/*
 * Expiring ten thousand uploads by the command, in a table of ten thousand and in one of many: what it takes should not
 * depend on what else the table holds. Loading the command, measured with nothing to expire, is subtracted.
 */
import type { Row } from '../measuring/report.js'
import { fill } from '../product/fill.js'
import { openStack } from '../product/stack.js'
import { runCli } from '../product/tree.js'
import { withDatabase } from '../product/with-database.js'
import { fillSettings } from './history.js'
import type { Part } from './part.js'

const expired = 10_000

export const measureUpkeep: Part = async ({ uploads }) => {
  const rows: Row[] = []
  for (const total of [expired, uploads]) rows.push(await expireAmong(total))
  return rows
}

async function expireAmong(total: number): Promise<Row> {
  const stack = await openStack({ postgres: fillSettings })
  if (!stack) throw new Error('PostgreSQL did not start')
  try {
    // It would expire them first.
    await stack.parts.mediaWorker.stop()
    await withDatabase(stack.databases.media, (db) => fill(db, { uploads: total, expired }))
    const run = async () => {
      const began = performance.now()
      await runCli('media', ['expire-uploads', '--json'], stack.envs.media)
      return (performance.now() - began) / 1000
    }
    const seconds = await run()
    const loading = await run()
    await withDatabase(stack.databases.media, async (db) => {
      const { rowCount } = await db.query(`select from uploads where status = 'pending'`)
      if (rowCount !== 0) throw new Error(`${rowCount} uploads did not expire`)
    })
    return {
      ...{ part: 'upkeep', unit: '/s', product: expired / (seconds - loading) },
      what: `expiring ${expired.toLocaleString('en')} of ${total.toLocaleString('en')} uploads`,
    }
  } finally {
    await stack.close()
  }
}

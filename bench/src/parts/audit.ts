/*
 * The seals of the trail, by the commands: events sealed and verified a second. Loading the command, measured with
 * nothing to seal, is subtracted.
 */
import { timed } from '../measuring/turns.js'
import { fill } from '../product/fill.js'
import { fillSettings } from '../product/filled.js'
import { openStack } from '../product/stack.js'
import { runCli } from '../product/tree.js'
import { withDatabase } from '../product/with-database.js'
import type { Part } from './part.js'

/** With nearly three events each. Both take time in proportion. */
const mostUploads = 100_000

export const measureAudit: Part = async ({ uploads }) => {
  const stack = await openStack({ postgres: fillSettings })
  if (!stack) return []
  try {
    // It would seal them first.
    await stack.parts.mediaWorker.stop()
    const events = await withDatabase(stack.databases.media, async (db) => {
      await fill(db, Math.min(uploads, mostUploads))
      const { rows } = await db.query<{ events: number }>(`select count(*)::int as events from upload_events`)
      return rows[0]?.events ?? 0
    })
    const secondsOf = async (command: string) =>
      (await timed(() => runCli('media', [command, '--json'], stack.envs.media))).ms / 1000
    const sealing = await secondsOf('seal-trail')
    const loading = await secondsOf('seal-trail')
    const verifying = await secondsOf('verify-trail')
    const among = `${events.toLocaleString('en')} events`
    return [
      { part: 'audit', what: `sealing ${among}`, unit: '/s', product: events / (sealing - loading) },
      { part: 'audit', what: `verifying ${among}`, unit: '/s', product: events / (verifying - loading) },
    ]
  } finally {
    await stack.close()
  }
}

/*
 * Expiring uploads with their files by the command: ten thousand among ten thousand and among many, where what it takes
 * should not depend on what else the table holds; and up to a million at once. Loading the command, measured with nothing
 * to expire, is subtracted.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Row } from '../measuring/report.js'
import { addExpired, fill } from '../product/fill.js'
import { fillSettings, openFilled } from '../product/filled.js'
import { openStack, type Stack } from '../product/stack.js'
import { runCli } from '../product/tree.js'
import { withDatabase } from '../product/with-database.js'
import type { Part } from './part.js'

const few = 10_000
const many = 1_000_000
const filesAtOnce = 64

export const measureUpkeep: Part = async ({ uploads }) => {
  const rows = [await expireAmongFew()]
  const filled = await openFilled(uploads)
  if (!filled) return []
  rows.push(await expireAmong(filled.stack, uploads, few))
  if (uploads > few) rows.push(await expireAmong(filled.stack, uploads, Math.min(uploads, many)))
  return rows
}

async function expireAmongFew(): Promise<Row> {
  const stack = await openStack({ postgres: fillSettings })
  if (!stack) throw new Error('PostgreSQL did not start')
  try {
    // It would expire them first.
    await stack.parts.mediaWorker.stop()
    await withDatabase(stack.databases.media, (db) => fill(db, few))
    return await expireAmong(stack, few, few)
  } finally {
    await stack.close()
  }
}

async function expireAmong({ databases, envs }: Stack, total: number, expired: number): Promise<Row> {
  const storage = fileURLToPath(envs.media.STORAGE_URL ?? '')
  await withDatabase(databases.media, async (db) => makeFiles(storage, await addExpired(db, expired)))
  const run = async () => {
    const began = performance.now()
    await runCli('media', ['expire-uploads', '--json'], envs.media)
    return (performance.now() - began) / 1000
  }
  const seconds = await run()
  const loading = await run()
  await withDatabase(databases.media, async (db) => {
    const { rowCount } = await db.query(`select from uploads where status = 'pending' limit 1`)
    if (rowCount !== 0) throw new Error('uploads did not expire')
  })
  const left = await readdir(join(storage, 'uploads')).catch(() => [])
  if (left.length > 0) throw new Error(`${left.length} folders of files are left`)
  return {
    ...{ part: 'upkeep', unit: '/s', product: expired / (seconds - loading) },
    what: `expiring ${expired.toLocaleString('en')} beside ${total.toLocaleString('en')} uploads, with their files`,
  }
}

/** The original and the preview of each, as the storage names them. */
async function makeFiles(storage: string, ids: readonly string[]): Promise<void> {
  const made = new Set<string>()
  const left = ids.values()
  const work = async () => {
    for (const id of left) {
      for (const ending of ['original', 'preview.webp']) {
        const path = join(storage, 'uploads', id.slice(0, 8), `${id}.${ending}`)
        if (!made.has(dirname(path))) await mkdir(dirname(path), { recursive: true })
        made.add(dirname(path))
        await writeFile(path, 'x')
      }
    }
  }
  await Promise.all(Array.from({ length: filesAtOnce }, work))
}

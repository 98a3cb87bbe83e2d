import { dirname } from 'node:path'
import { migrations as accountsMigrations } from '@likeness/accounts/operations'
import { forgetAhead, migrations as mediaMigrations, type Tables } from '@likeness/media/operations'
import { onConnection } from '@likeness/runtime/database'
import { type Migrations, migrateDatabase } from '@likeness/runtime/migrations'
import { noteCommand } from '@likeness/runtime/trail/audit-events'
import type { Progress } from '@likeness/runtime/upkeep'
import { type BlobStore, mergeByKey } from '@likeness/storage'
import type pg from 'pg'
import { CommandError } from '../finish.js'
import { type Manifest, readManifest, type ServiceParts, servicesIn, tablesIn } from './archive.js'
import { connect } from './connect.js'
import { inChunks, lookIntoPool, type PoolFiles, readFileList, sha256Of } from './files.js'
import { loadService, stateOf } from './load-service.js'
import type { Source } from './take-backup.js'
import { verifyBackup } from './verify-backup.js'

type Tell = (progress: Progress) => void
const migrations = { accounts: accountsMigrations, media: mediaMigrations } as const
type Service = keyof typeof migrations
const atOnce = 16

export type Restored = {
  readonly services: readonly Service[]
  readonly takenAt: string
  readonly rows: number
  readonly files: number
  /** Files that the storage did not have from an earlier run. */
  readonly copied: number
}

/** Reads all of a backup, without a target. @throws CommandError */
export async function checkBackup(backup: string, tell: Tell): Promise<Restored> {
  const manifest = await readManifest(backup)
  await verifyBackup(backup, manifest, lookIntoPool(dirname(backup)), tell)
  return { ...countsOf(manifest), copied: 0 }
}

/**
 * Restores a backup into empty databases and an empty storage, in which no service works. First the whole backup is
 * read and the target looked at. Then files are copied, and the rows come last, each database in one transaction: a run
 * that was killed can be run again, and a database that has rows has its files.
 * @throws CommandError when the backup is damaged or of another release, or a target is not empty
 */
export async function restoreBackup(
  backup: string,
  { urls, storage }: Source,
  options: { dryRun: boolean },
  tell: Tell,
): Promise<Restored> {
  const pool = lookIntoPool(dirname(backup))
  const clients: pg.Client[] = []
  const open = async ({ service, url, parts }: Target) => {
    const client = await connect(url, 'restore')
    clients.push(client)
    return { service, url, client, parts }
  }
  try {
    const manifest = await readManifest(backup)
    const wanted = targetsOf(manifest, urls)
    for (const { service, parts } of wanted) assertSameSchema({ service, parts, release: manifest.release })
    const targets: (Target & { client: pg.Client })[] = []
    for (const target of wanted) targets.push(await open(target))
    const states = new Map<string, string>()
    for (const { service, client } of targets)
      states.set(service, await stateOf(client, { service, id: manifest.id }))
    await assertStorageFree(storage, backup, manifest)
    await verifyBackup(backup, manifest, pool, tell)
    if (options.dryRun) return { ...countsOf(manifest), copied: 0 }

    const copied = await restoreFiles({ storage, pool, backup, manifest }, tell)
    const counts = countsOf(manifest)
    let done = 0
    const told = (rows: number) => {
      done += rows
      tell({ done, total: counts.rows, of: 'rows' })
    }
    const empty = targets.filter(({ service }) => states.get(service) === 'empty')
    for (const { service, url, client, parts } of empty) {
      await migrateDatabase(url, migrations[service])
      await client.query('begin')
      await loadService(client, { service, parts, backup, id: manifest.id, tell: told })
    }
    const { takenAt, release } = manifest
    for (const { client } of empty)
      await noteCommand(onConnection(client), { action: 'backup-restored', details: { takenAt, release } })
    const media = empty.find(({ service }) => service === 'media')
    if (media) await forgetAhead(onConnection<Tables>(media.client), manifest.files.gone)
    for (const { client } of empty) await client.query('commit')
    // Plans of an empty table are wrong for a full one.
    for (const { client } of empty) await client.query('analyze')
    return { ...counts, copied }
  } finally {
    for (const client of clients) await client.end()
  }
}

const countsOf = (manifest: Manifest) => ({
  services: servicesIn(manifest),
  takenAt: manifest.takenAt,
  rows: tablesIn(manifest).reduce((rows, table) => rows + table.rows, 0),
  files: manifest.files.count,
})

type Target = { readonly service: Service; readonly url: string; readonly parts: ServiceParts }

/** @throws CommandError when the backup is of other services than the deployment */
function targetsOf({ accounts, media }: Manifest, urls: Source['urls']): Target[] {
  if (accounts && urls.accounts === undefined)
    throw new CommandError(
      'The backup is of accounts and media, and this is media without accounts: it would lose everyone who owns a picture. Restore it where both are to run, without --service.',
    )
  if (!accounts && urls.accounts !== undefined)
    throw new CommandError(
      'The backup is of media without accounts, and this is for both: restore it with --service media, where ISSUERS names the login.',
    )
  return [
    ...(accounts && urls.accounts !== undefined
      ? [{ service: 'accounts', url: urls.accounts, parts: accounts } as const]
      : []),
    { service: 'media', url: urls.media, parts: media },
  ]
}

function assertSameSchema({
  service,
  parts: { migrations: made },
  release,
}: Pick<Target, 'service' | 'parts'> & { release: string }): void {
  const known: Migrations = migrations[service]
  if (made.join() === Object.keys(known).sort().join()) return
  throw new CommandError(
    `The backup of ${service} has the schema of Likeness ${release} (${made.at(-1)}), and this release has ` +
      `another (${Object.keys(known).at(-1)}): restore it with that release, then run \`likeness migrate\` of this one.`,
  )
}

/** A file of this backup may be there from a run that was killed. */
async function assertStorageFree(storage: BlobStore, backup: string, { files }: Manifest): Promise<void> {
  for await (const { key, first, second } of mergeByKey(storage.list(''), readFileList(backup, files)))
    if (first && second?.bytes !== first.bytes)
      throw new CommandError(`The storage is not empty (${key}): restore into an empty one.`)
}

/** @returns how many files were copied */
async function restoreFiles(
  {
    storage,
    pool,
    backup,
    manifest,
  }: { storage: BlobStore; pool: PoolFiles; backup: string; manifest: Manifest },
  tell: Tell,
): Promise<number> {
  const { files } = manifest
  let [done, copied] = [0, 0]
  for await (const pairs of inChunks(mergeByKey(storage.list(''), readFileList(backup, files)), atOnce)) {
    await Promise.all(
      pairs.map(async ({ key, first, second }) => {
        if (!second) return
        if (first && sha256Of(await storage.get(key)) === second.sha256) return
        const bytes = await pool.read(key)
        if (!bytes || sha256Of(bytes) !== second.sha256)
          throw new CommandError(`files/${key} was damaged meanwhile.`)
        await storage.put(key, bytes)
        copied += 1
      }),
    )
    done += pairs.length
    tell({ done, total: files.count, of: 'files' })
  }
  return copied
}

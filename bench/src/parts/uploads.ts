/*
 * Uploads a second at 200 KB and 2 MB, and pairs of an upload and its confirmation, beside a bare Fastify service
 * that does the same work (twins/uploads.ts). Multipart bodies, 16 connections, users enough that nobody's uploads wait
 * for each other. Each turn begins without uploads. The worker is stopped: decoding has a part of its own, and would take
 * the cores from both.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { uploads } from '@likeness/contracts/endpoints'
import sharp from 'sharp'
import { askTurn, type Payers } from '../measuring/costs.js'
import type { Plan, Planned } from '../measuring/load.js'
import { type Row, rowOf } from '../measuring/report.js'
import { inTurns, medianOf, ratioOf, type Turn } from '../measuring/turns.js'
import { logInAll, openKey, type Person } from '../product/client.js'
import { openStack, type Stack } from '../product/stack.js'
import { withDatabase } from '../product/with-database.js'
import { startTwin, type Twin } from '../twins/start-twin.js'
import type { UploadsOrder } from '../twins/uploads.js'
import type { Part } from './part.js'

const connections = 16
// In a turn each makes a handful of uploads, as people do: the product counts what a person has.
const users = 320
const boundary = 'likeness-bench'

export const measureUploads: Part = async ({ turns, seconds }) => {
  const stack = await openStack()
  if (!stack) return []
  let twin: Twin | undefined
  try {
    const folder = join(stack.folder, 'twin')
    await mkdir(folder)
    const databaseUrl = await stack.makeDatabase('twin')
    twin = await startTwin('uploads', {
      folder,
      databaseUrl,
      key: await openKey(stack),
    } satisfies UploadsOrder)
    const people = await logInAll(stack, 'upload', users)
    await stack.parts.mediaWorker.stop()

    const { media } = stack.parts
    const sides = [
      {
        url: media.url,
        databaseUrl: stack.databases.media,
        tables: ['uploads', 'upload_events', 'upload_facts'],
        payers: payersOf(stack, media.pid),
      },
      { url: twin.url, databaseUrl, tables: ['uploads', 'upload_events'], payers: payersOf(stack, twin.pid) },
    ] as const
    const rows: Row[] = []
    for (const [name, size] of [
      ['200 KB', 200_000],
      ['2 MB', 2_000_000],
    ] as const) {
      const requests = await requestsOf(stack, people, size)
      const [product, bare] = sides.map(
        (side) => () => askAnew(side, { origin: side.url, connections, seconds, requests }),
      ) as [() => Promise<Turn>, () => Promise<Turn>]
      const taken = await inTurns(turns, { product, bare })
      rows.push(rowOf({ part: 'uploads', what: name, unit: '/s', aim: '≥ 0.85' }, taken.product, taken.bare))
    }
    const requests = await requestsOf(stack, people, 200_000)
    const pairs = (side: Side) => () => {
      const plan: Plan = {
        ...{ origin: side.url, connections, seconds, requests },
        ...{ follow: 'confirm', confirmPath: uploads.confirm.path.replace(':id', 'ID') },
      }
      return askAnew(side, plan, ({ followed }) => followed)
    }
    const taken = await inTurns(turns, { product: pairs(sides[0]), bare: pairs(sides[1]) })
    rows.push(
      rowOf(
        { part: 'uploads', what: 'pairs of upload and confirm, 200 KB', unit: '/s', aim: '≥ 0.75' },
        taken.product,
        taken.bare,
      ),
      latencyRow(taken.product, taken.bare),
    )
    return rows
  } finally {
    await twin?.stop()
    await stack.close()
  }
}

type Side = {
  readonly url: string
  readonly databaseUrl: string
  /** Whatever an upload writes; an older tree has fewer of them. */
  readonly tables: readonly string[]
  readonly payers: Payers
}

/** One turn that begins without uploads. */
async function askAnew(
  { databaseUrl, tables, payers }: Side,
  plan: Plan,
  unitsOf?: Parameters<typeof askTurn>[2],
): Promise<Turn> {
  // The trail is append-only: only who owns the database can empty it.
  await withDatabase(databaseUrl, async (db) => {
    const { rows } = await db.query<{ name: string }>(
      'select name from unnest($1::text[]) as name where to_regclass(name) is not null',
      [tables],
    )
    // The services lock `uploads` first, too: calls that are still under way end before this, and no deadlock arises.
    await db.query(`
      lock table uploads in access exclusive mode;
      alter table upload_events disable trigger user;
      truncate ${rows.map(({ name }) => name).join()} cascade;
      alter table upload_events enable trigger user`)
  })
  return askTurn(plan, payers, unitsOf)
}

const payersOf = ({ postgresPid }: Stack, pid: number): Payers => ({ pids: [pid], postgresPid })

/** Of the confirmations among the pairs: what grows is worse, so the aim is an upper bound. */
function latencyRow(product: readonly Turn[], bare: readonly Turn[]): Row {
  const times = (turns: readonly Turn[]) => turns.map(({ p50 }): Turn => ({ rate: p50 ?? Number.NaN }))
  return {
    ...{ part: 'uploads', what: 'confirm among these pairs, p50', unit: 'ms', aim: '≤ 2' },
    product: medianOf(product, 'p50') ?? Number.NaN,
    twin: medianOf(bare, 'p50'),
    ratio: ratioOf(times(product), times(bare)),
  }
}

/** The same upload by everybody. */
async function requestsOf(stack: Stack, people: readonly Person[], bytes: number): Promise<Planned[]> {
  const bodyFile = join(stack.folder, `upload-${bytes}`)
  await writeFile(bodyFile, multipartOf(await pictureOf(bytes)))
  return people.map(({ id, accessToken }) => ({
    ...{ method: 'POST', path: uploads.create.path, bodyFile, user: id },
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
  }))
}

/** A JPEG with what JPEG readers ignore behind its end, up to a size. */
async function pictureOf(bytes: number): Promise<Buffer> {
  const jpeg = await sharp({ create: { width: 800, height: 800, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer()
  return Buffer.concat([jpeg, Buffer.alloc(bytes - jpeg.length, 1)])
}

const multipartOf = (picture: Buffer) =>
  Buffer.concat([
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`,
    ),
    picture,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])

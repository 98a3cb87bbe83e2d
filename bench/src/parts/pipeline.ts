/*
 * Pictures a second from upload to profile: uploaded, decoded, previewed, confirmed, stored in ten variants, committed
 * and known to accounts; beside a careful loop that makes the same eleven files from one decode and stores them durably,
 * with as many processes as the product has decoders. All are uploaded first, then all confirmed, as by people who look
 * at their preview. And, in turns of their own, the most memory that the worker with its decoders takes, or the loop's
 * processes: looking at it takes the kernel up to 1.5 ms of each picture.
 *
 * The loop reads its picture from a file; receiving it by HTTP and making it durable is part of what the APIs spend here,
 * and `uploads` shows what a bare service spends on that alone. This program asks the database whether all are done,
 * seldom enough that PostgreSQL's share is the product's own.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit/processes'
import type pg from 'pg'
import { makePhoto } from '../measuring/make-photo.js'
import {
  familyCpuMs,
  familyOf,
  ownCpuMs,
  unwatched,
  type Watch,
  watchMemory,
} from '../measuring/processes.js'
import { type Row, rowOf } from '../measuring/report.js'
import { inTurns, medianOf, ratioOf, spreadOf, type Turn } from '../measuring/turns.js'
import { logInAll, openCalls, type Person } from '../product/client.js'
import { openStack, type Stack } from '../product/stack.js'
import { openPhotoUploads } from '../product/upload-photo.js'
import { withDatabase } from '../product/with-database.js'
import { runLoop } from '../twins/run-loop.js'
import type { Part } from './part.js'

// A worker's decoders by default.
const decoders = availableParallelism() + 1
const pictures = 40
const users = 8
const lookEveryMs = 20

type Split = Readonly<Record<'decoders' | 'worker' | 'apis' | 'postgres', number>>

export const measurePipeline: Part = async ({ turns }) => {
  const stack = await openStack()
  if (!stack) return []
  try {
    return await withDatabase(stack.databases.media, (db) => measure(stack, db, turns))
  } finally {
    await stack.close()
  }
}

async function measure(stack: Stack, db: pg.Client, turns: number): Promise<Row[]> {
  const bytes = await makePhoto()
  const [photo, folder] = [join(stack.folder, 'photo.jpg'), join(stack.folder, 'loop')]
  await writeFile(photo, bytes)
  const people = await logInAll(stack, 'pipe', users)
  // The loop's files stay until all is measured: ext4 takes longer to make files where some were just deleted.
  await mkdir(folder)
  const takeTurns = async (watch: Watch) => {
    const splits: Split[] = []
    let lasted = 0
    const sides = await inTurns(turns, {
      product: async () => {
        const { split, ...turn } = await publishAll(stack, db, people, bytes, watch)
        splits.push(split)
        lasted = pictures / turn.rate
        return turn
      },
      loop: () => runLoop(decoders, { photo, folder, seconds: lasted }, watch),
    })
    return { ...sides, splits: splits.slice(1) }
  }
  const watched = await takeTurns(watchMemory)
  const taken = await takeTurns(unwatched)
  const memory = (side: readonly Turn[]) =>
    side.map(({ memoryMiB = Number.NaN }): Turn => ({ rate: memoryMiB }))
  const part = 'pipeline'
  return [
    rowOf(
      {
        part,
        what: 'upload → profile, 12 MP',
        unit: '/s',
        aim: '≥ 0.85',
        note: describeSplit(taken.splits),
      },
      taken.product,
      taken.loop,
    ),
    {
      ...{ part, what: 'most memory, proportional', unit: 'MiB', aim: '≤ 2.2' },
      product: medianOf(watched.product, 'memoryMiB') ?? Number.NaN,
      twin: medianOf(watched.loop, 'memoryMiB'),
      ratio: ratioOf(memory(watched.product), memory(watched.loop)),
    },
  ]
}

function describeSplit(splits: readonly Split[]): string {
  const of = (name: keyof Split) => spreadOf(splits.map((split) => split[name])).median.toFixed(1)
  return `CPU ms a picture: decoders ${of('decoders')}, worker ${of('worker')}, APIs ${of('apis')}, PostgreSQL ${of('postgres')}`
}

/** Uploads, waits until all have a preview, confirms them all and waits until all are published. */
async function publishAll(
  stack: Stack,
  db: pg.Client,
  people: readonly Person[],
  photo: Buffer,
  watch: Watch,
): Promise<Turn & { split: Split }> {
  const memory = watch(familyOf(stack.parts.mediaWorker.pid))
  const before = lookAtCpu(stack)
  const began = performance.now()
  const staged: (() => Promise<unknown>)[] = []
  await Promise.all(
    people.map(async ({ accessToken }) => {
      const { url } = stack.parts.media
      const [call, upload] = [openCalls(url, accessToken), openPhotoUploads(url, accessToken)]
      for (let index = 0; index < pictures / users; index += 1) {
        const id = await upload(photo)
        staged.push(() => call(uploads.confirm, { params: { id } }))
      }
    }),
  )
  const none = (condition: string, what: string) =>
    waitFor(
      async () => {
        // Prepared: planning each look takes PostgreSQL 0.4 ms, which would be counted as the product's.
        const look = { name: what, text: `select 1 from uploads where ${condition} limit 1` }
        return (await db.query(look)).rows.length === 0
      },
      { for: what, everyMs: lookEveryMs },
    )
  await none("status = 'pending' and prepared_at is null", 'the previews')
  await Promise.all(staged.map((confirm) => confirm()))
  await none("status = 'confirmed'", 'the avatars')
  const seconds = (performance.now() - began) / 1000
  const after = lookAtCpu(stack)
  const per = (name: keyof Split) => (after[name] - before[name]) / pictures
  const split = {
    decoders: per('decoders'),
    worker: per('worker'),
    apis: per('apis'),
    postgres: per('postgres'),
  }
  return {
    split,
    rate: pictures / seconds,
    cpuMs: split.decoders + split.worker + split.apis,
    postgresMs: split.postgres,
    memoryMiB: memory(),
  }
}

function lookAtCpu({ parts, postgresPid }: Stack): Split {
  const worker = ownCpuMs(parts.mediaWorker.pid)
  return {
    worker,
    decoders: familyCpuMs(parts.mediaWorker.pid) - worker,
    apis: ownCpuMs(parts.media.pid) + familyCpuMs(parts.accounts.pid) + familyCpuMs(parts.accountsWorker.pid),
    postgres: familyCpuMs(postgresPid),
  }
}

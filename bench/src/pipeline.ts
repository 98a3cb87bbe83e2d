/*
 * Pictures a second end to end, confirmed → rendered in ten variants, stored durably, committed and known to
 * accounts, by one media worker; beside bare sharp loops with the same outputs that store nothing. In turns of one
 * run. And the most memory each takes: resident, all processes of the worker together (Linux).
 *
 * Run: node bench/dist/pipeline.js [pictures per turn, 60] [turns, 3]
 */
import { fork } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit/processes'
import pg from 'pg'
import { describeMachine } from './machine.js'
import { makePhoto } from './make-photo.js'
import type { LoopOrder, LoopResult } from './sharp-loop.js'
import { logIn, openCalls, openStack, type Stack } from './stack.js'

const pictures = Number(process.argv[2] ?? 60)
const turns = Number(process.argv[3] ?? 3)
// The number of jobs a worker runs at once by default.
const atOnce = availableParallelism() + 1
const users = 6

type Row = { pictures: number; seconds: number; peakMiB: number }

/** Runs a loop in a process of its own for about as long as a turn of the pipeline takes. */
async function loop(photo: string, way: LoopOrder['way'], seconds: number, row: Row): Promise<void> {
  const child = fork(fileURLToPath(new URL('./sharp-loop.js', import.meta.url)), [], {
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
  })
  const watch = watchMemory(() => [child.pid ?? 0])
  const result = await new Promise<LoopResult>((resolve, reject) => {
    child.once('message', (message) => resolve(message as LoopResult))
    child.once('exit', () => reject(new Error('the loop died')))
    child.send({ photo, way, atOnce, seconds } satisfies LoopOrder)
  })
  add(row, result, watch())
  child.kill()
}

/** Uploads, waits until all are prepared, confirms them all and waits until all are published. */
async function pipeline(stack: Stack, tokens: string[], photo: Buffer, db: pg.Client, row: Row) {
  const picture = new Blob([new Uint8Array(photo)], { type: 'image/jpeg' })
  const staged: [call: ReturnType<typeof openCalls>, id: string][] = []
  for (let index = 0; index < pictures; index += 1) {
    const call = openCalls(stack.media, tokens[index % users])
    staged.push([call, (await call(uploads.create, { body: picture })).body.id])
  }
  const waiting = (condition: string) => async () => {
    const { rows } = await db.query(`select 1 from uploads where ${condition} limit 1`)
    return rows.length === 0
  }
  await waitFor(waiting('prepared_at is null'), { for: 'the previews', timeoutMs: 120_000 })

  const watch = watchMemory(() => [stack.workerPid, ...childrenOf(stack.workerPid)])
  const began = performance.now()
  await Promise.all(staged.map(([call, id]) => call(uploads.confirm, { params: { id } })))
  await waitFor(waiting("status = 'confirmed'"), { for: 'the avatars', timeoutMs: 120_000, everyMs: 20 })
  add(row, { pictures, seconds: (performance.now() - began) / 1000 }, watch())
}

function add(row: Row, { pictures, seconds }: LoopResult, peakMiB: number): void {
  row.pictures += pictures
  row.seconds += seconds
  row.peakMiB = Math.max(row.peakMiB, peakMiB)
}

/** Looks every 50 ms until told to stop. @returns the most the processes had together, in MiB */
function watchMemory(pids: () => number[]): () => number {
  let peak = 0
  // Decoders are started before and stay.
  const watched = pids()
  const look = () => {
    peak = Math.max(
      peak,
      watched.reduce((sum, pid) => sum + residentMiB(pid), 0),
    )
  }
  const timer = setInterval(look, 50)
  return () => {
    clearInterval(timer)
    return peak
  }
}

/** proc_pid_status(5): resident memory, what it shares with others included. */
function residentMiB(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return Number(kib ?? 0) / 1024
  } catch {
    return 0
  }
}

/** proc_pid_stat(5): after the name come state and parent. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]) === parent
      } catch {
        return false
      }
    })
}

const stack = await openStack('postgres')
if (!stack) throw new Error('no stack')
const db = new pg.Client(stack.databases.media)
try {
  await db.connect()
  const photo = await makePhoto()
  const path = join(stack.folder, 'photo.jpg')
  await writeFile(path, photo)
  const tokens = await Promise.all(Array.from({ length: users }, (_, index) => logIn(stack, `pipe${index}`)))
  const row = (): Row => ({ pictures: 0, seconds: 0, peakMiB: 0 })
  const rows = { each: row(), shared: row(), pipeline: row() }
  for (let turn = 0; turn < turns; turn += 1) {
    await pipeline(stack, tokens, photo, db, rows.pipeline)
    const seconds = rows.pipeline.seconds / (turn + 1)
    await loop(path, 'shared', seconds, rows.shared)
    await loop(path, 'each', seconds, rows.each)
  }
  console.log(
    `${describeMachine()} · 12 MP JPEG of ${(photo.length / 1e6).toFixed(1)} MB · ten variants · ${atOnce} at once · ${turns} turns of ${pictures}`,
  )
  const perSecond = ({ pictures, seconds }: Row) => pictures / seconds
  console.log(`${''.padEnd(44)}pictures/s   peak MiB`)
  const names = {
    each: 'bare sharp, one pipeline per variant',
    shared: 'bare sharp, decoded once, nothing stored',
    pipeline: 'confirm → stored, committed, in the profile',
  }
  for (const [key, one] of Object.entries(rows))
    console.log(
      `${names[key as keyof typeof names].padEnd(44)}${perSecond(one).toFixed(1).padStart(10)}${one.peakMiB.toFixed(0).padStart(11)}`,
    )
  for (const way of ['each', 'shared'] as const) {
    const rate = perSecond(rows.pipeline) / perSecond(rows[way])
    const memory = rows.pipeline.peakMiB / rows[way].peakMiB
    console.log(`the pipeline : ${names[way]} = ${rate.toFixed(2)} pictures/s, ${memory.toFixed(2)} memory`)
  }
} finally {
  await db.end()
  await stack.close()
}

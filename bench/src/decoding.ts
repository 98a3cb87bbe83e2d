/*
 * The cost of decoding to everything else: the latency of GET /healthz of the media API, idle and while the worker's decoders
 * have more to do than they can; and how long a phone's HEIC takes meanwhile, from upload to preview and from
 * confirm to published.
 *
 * Run: LIKENESS_PHOTOS=/a/folder/with/phone.heic node bench/dist/decoding.js [seconds, 20]
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Upload } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit/processes'
import { describeMachine } from './machine.js'
import { makePhoto } from './make-photo.js'
import { logIn, openCalls, openStack } from './stack.js'

const seconds = Number(process.argv[2] ?? 20)
/** Enough waiting pictures that no decoder is ever idle. */
const waiting = 12
const photo = await makePhoto()
const folder = process.env.LIKENESS_PHOTOS
const heic = folder === undefined ? undefined : await readFile(join(folder, 'phone.heic'))

const stack = await openStack('postgres')
if (!stack) throw new Error('no stack')
const { media } = stack
const call = openCalls(media, await logIn(stack, 'load'))
try {
  console.log(describeMachine())
  console.log(`${''.padEnd(34)}     p50      p95      p99  longest (ms)`)
  // The first of each warms its processes up.
  await untilPrepared(await upload(photo))
  if (heic) await publishHeic(heic)
  print('GET /healthz, idle', await askHealth(sleep(seconds * 250)))
  if (heic) await measureHeic('HEIC alone', heic, sleep(seconds * 250))

  const load = keepBusy()
  print('GET /healthz, decoders busy', await askHealth(sleep(seconds * 1000)))
  if (heic) await measureHeic('HEIC, decoders busy', heic, sleep(seconds * 1000))
  console.log(`${(await load.stop()).toFixed(1)} JPEGs of 12 MP prepared a second meanwhile`)
} finally {
  await stack.close()
}

async function askHealth(end: Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (const goesOn = until(end); goesOn(); ) {
    const began = performance.now()
    await (await fetch(`${media}/healthz`)).text()
    times.push(performance.now() - began)
    await sleep(10)
  }
  return times
}

async function measureHeic(what: string, bytes: Buffer, end: Promise<unknown>): Promise<void> {
  const [previews, publications]: [number[], number[]] = [[], []]
  for (const goesOn = until(end); goesOn(); ) {
    const [preview, published] = await publishHeic(bytes)
    previews.push(preview)
    publications.push(published)
  }
  print(`${what}: upload → preview`, previews)
  print(`${what}: confirm → published`, publications)
}

async function publishHeic(bytes: Buffer): Promise<[preview: number, published: number]> {
  const began = performance.now()
  const id = await upload(bytes)
  await untilPrepared(id)
  const prepared = performance.now()
  await call(uploads.confirm, { params: { id } })
  await waitFor(async () => (await read(id)).status === 'published')
  return [prepared - began, performance.now() - prepared]
}

/** Uploads until told to stop, so that always the same number waits for a decoder. */
function keepBusy() {
  let stopped = false
  let count = 0
  const began = performance.now()
  const uploading = Array.from({ length: waiting }, async () => {
    while (!stopped) {
      await untilPrepared(await upload(photo))
      count += 1
    }
  })
  return {
    /** @returns pictures a second */
    async stop() {
      stopped = true
      const rate = (count * 1000) / (performance.now() - began)
      await Promise.all(uploading)
      return rate
    },
  }
}

async function upload(bytes: Buffer): Promise<string> {
  const picture = new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' })
  return (await call(uploads.create, { body: picture })).body.id
}

async function read(id: string): Promise<Upload> {
  return (await call(uploads.read, { params: { id } })).body
}

async function untilPrepared(id: string): Promise<void> {
  const { status } = await waitFor(async () => {
    const seen = await read(id)
    return (seen.previewUrl !== null || seen.closedAt !== null) && seen
  })
  if (status === 'rejected') throw new Error('a sound picture was rejected')
}

function until(end: Promise<unknown>): () => boolean {
  let over = false
  void end.then(() => {
    over = true
  })
  return () => !over
}

function print(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN)
      .toFixed(1)
      .padStart(9)
  console.log(`${what.padEnd(34)}${at(0.5)}${at(0.95)}${at(0.99)}${at(1)}   of ${times.length}`)
}

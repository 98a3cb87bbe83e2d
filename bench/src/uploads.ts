/*
 * Uploads a second at 200 KB and 2 MB: the media service beside a bare Fastify service with the same
 * durability (bench/src/sink.ts), in turns of the same run. Multipart bodies, 16 connections, each with
 * users of its own.
 *
 * Run: node bench/dist/uploads.js [seconds per turn, 4] [turns, 3]
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { uploads } from '@likeness/contracts/endpoints'
import autocannon from 'autocannon'
import sharp from 'sharp'
import { describeMachine } from './machine.js'
import { logIn, openStack } from './stack.js'

const seconds = Number(process.argv[2] ?? 4)
const turns = Number(process.argv[3] ?? 3)
const connections = 16
// One user's uploads wait for each other, and are counted each time.
const usersEach = 4
const boundary = 'likeness-bench'

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

async function uploadsPerSecond(url: string, tokens: string[], body: Buffer, type: string): Promise<number> {
  let clients = 0
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    setupClient(client) {
      const own = tokens.filter((_, index) => index % connections === clients % tokens.length)
      clients += 1
      client.setRequests(
        own.map((token) => ({
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': type },
          body,
        })),
      )
    },
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refusals, ${result.errors} errors`)
  return result['2xx'] / result.duration
}

const stack = await openStack('postgres')
if (!stack) throw new Error('no stack')
const folder = join(stack.folder, 'sink')
await mkdir(folder)
const sink = new Worker(new URL('./sink.js', import.meta.url), {
  workerData: { folder, databaseUrl: await stack.database('sink'), secret: 'of this run' },
})
const bare = await new Promise<{ address: string; token: string }>((resolve, reject) => {
  sink.once('message', resolve)
  sink.once('error', reject)
})
try {
  const tokens = await Promise.all(
    Array.from({ length: connections * usersEach }, (_, index) => logIn(stack, `bench${index}`)),
  )
  // bench/images measures preparing; here it would take the cores from both.
  await stack.stopWorker()
  console.log(`${describeMachine()} · ${connections} connections · ${turns} turns of ${seconds} s each`)
  console.log('                 bare/s   media/s   ratio   media raw bytes/s')
  for (const [name, size] of [
    ['200 KB', 200_000],
    ['2 MB', 2_000_000],
  ] as const) {
    const picture = await pictureOf(size)
    const body = multipartOf(picture)
    const type = `multipart/form-data; boundary=${boundary}`
    const sums = { bare: 0, media: 0, raw: 0 }
    // The turn before the first warms up.
    for (let turn = -1; turn < turns; turn += 1) {
      const done = {
        bare: await uploadsPerSecond(bare.address, [bare.token], body, type),
        media: await uploadsPerSecond(`${stack.media}${uploads.create.path}`, tokens, body, type),
        raw: await uploadsPerSecond(`${stack.media}${uploads.create.path}`, tokens, picture, 'image/jpeg'),
      }
      if (turn < 0) continue
      sums.bare += done.bare
      sums.media += done.media
      sums.raw += done.raw
    }
    const [a, b, c] = [sums.bare / turns, sums.media / turns, sums.raw / turns]
    console.log(
      `${name.padEnd(12)}${a.toFixed(0).padStart(11)}${b.toFixed(0).padStart(10)}${(b / a).toFixed(2).padStart(8)}${c.toFixed(0).padStart(20)}`,
    )
  }
} finally {
  await sink.terminate()
  await stack.close()
}

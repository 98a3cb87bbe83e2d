import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startDecodeProcess } from './decode-process.js'
import { ImageError, openDecoder, PictureGoneError } from './index.js'
import { noise, plain } from './test-pictures.js'

const options = { maxPixels: 50_000_000, previewSize: 512 }
const small = await plain([200, 100, 50]).png().toBuffer()
/** Being interlaced, it needs all its pixels in memory at once. */
const heavy = await plain([200, 100, 50], { width: 8000, height: 5000 }).png({ progressive: true }).toBuffer()
/** Takes seconds to write as WebP when its preview is as large as itself. */
const slow = await noise({ width: 3500, height: 3500 }).jpeg().toBuffer()

/** The code of what a job failed with; undefined when it did not. */
function codeOf(job: Promise<unknown>): Promise<string | undefined> {
  return job.then(
    () => undefined,
    (error: unknown) => (error instanceof ImageError ? error.code : String(error)),
  )
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}

/** Process ids of the decoding processes that a process started, from Linux's /proc. */
function decodersOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && describeProcess(pid)?.parent === parent)
}

/** A process that has ended but was not yet waited for counts as gone. */
function describeProcess(pid: number): { parent: number } | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const isDecoder = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('decode-child')
    return isDecoder && state !== 'Z' ? { parent: Number(parent) } : undefined
  } catch {
    return undefined
  }
}

const linux = process.platform === 'linux' ? false : 'looks at processes in /proc'

await t.test('a job over its CPU time is killed, and the next one runs in a new child', async (t) => {
  const decoder = openDecoder({ children: 1, cpuMs: 500 })
  t.teardown(() => decoder.close())
  const codes = await Promise.all(
    [slow, small, slow, small].map((bytes) =>
      codeOf(decoder.prepare(bytes, { ...options, previewSize: 3500 })),
    ),
  )
  t.strictSame(codes, ['decode-timeout', undefined, 'decode-timeout', undefined])
})

for (const memory of ['proc', 'reports'] as const) {
  const skip = memory === 'proc' && linux
  await t.test(`a job over its memory is killed, memory known from ${memory}`, { skip }, async (t) => {
    const child = startDecodeProcess({ cpuMs: 10_000, wallMs: 600_000, maxRssMiB: 150 }, memory)
    t.equal(await codeOf(child.run('prepare', small, options)), undefined)
    t.ok(child.alive())
    t.equal(await codeOf(child.run('prepare', heavy, options)), 'decode-memory')
    t.notOk(child.alive())
  })
}

await t.test(
  'a child that gets no time is given up, and nothing is said of its picture',
  { skip: linux },
  async (t) => {
    const child = startDecodeProcess({ cpuMs: 10_000, wallMs: 500, maxRssMiB: 600 })
    await child.ready
    process.kill(decodersOf(process.pid)[0] ?? 0, 'SIGSTOP')
    t.equal(await codeOf(child.run('prepare', small, options)), 'decode-starved')
    t.notOk(child.alive())
  },
)

await t.test('children give way to every other process', { skip: linux }, async (t) => {
  const decoder = openDecoder({ children: 1 })
  t.teardown(() => decoder.close())
  await decoder.prepare(small, options)
  const [pid = 0] = decodersOf(process.pid)
  const threads = readdirSync(`/proc/${pid}/task`).map(Number)
  t.ok(threads.length > 1)
  t.strictSame(
    threads.filter((thread) => getPriority(thread) < 5),
    [],
  )
})

await t.test('a job over its memory harms no other', async (t) => {
  const decoder = openDecoder({ children: 2, maxRssMiB: 150 })
  t.teardown(() => decoder.close())
  const codes = await Promise.all(
    [heavy, small, small, heavy, small].map((bytes) => codeOf(decoder.prepare(bytes, options))),
  )
  t.strictSame(codes, ['decode-memory', undefined, undefined, 'decode-memory', undefined])
})

await t.test('a child that dies costs its own job only', { skip: linux }, async (t) => {
  const decoder = openDecoder({ children: 1 })
  t.teardown(() => decoder.close())
  await decoder.prepare(small, options)
  const [pid = 0] = decodersOf(process.pid)

  const running = codeOf(decoder.prepare(heavy, options))
  const waiting = codeOf(decoder.prepare(small, options))
  await setImmediate()
  process.kill(pid, 'SIGKILL')
  t.strictSame(await Promise.all([running, waiting]), ['decode-crash', undefined])

  const [idle = 0] = decodersOf(process.pid)
  t.not(idle, pid)
  process.kill(idle, 'SIGKILL')
  await until(() => !describeProcess(idle))
  // The loss of an idle child may be noticed only by the job that meets it, and by no second one.
  await codeOf(decoder.prepare(small, options))
  t.equal(await codeOf(decoder.prepare(small, options)), undefined)
})

await t.test('a child that dies after the preview costs the variants only', { skip: linux }, async (t) => {
  const decoder = openDecoder({ children: 1 })
  t.teardown(() => decoder.close())
  const [pid = 0] = await decoder.prepare(small, options).then(() => decodersOf(process.pid))
  // Takes minutes, so it is still at work when it is killed.
  const ahead = { sizes: [2048], formats: ['avif'] as const, background: '#ffffff', avifEffort: 9 }
  const picture = await noise({ width: 2048, height: 2048 }).jpeg().toBuffer()
  const { width, variants } = await decoder.prepare(picture, { ...options, ahead })
  t.equal(width, 2048)
  const waiting = codeOf(decoder.prepare(small, options))
  process.kill(pid, 'SIGKILL')
  t.equal(await variants, undefined)
  t.equal(await waiting, undefined, 'the next job runs in a new child')
})

await t.test('a file is read where it is decoded', async (t) => {
  const decoder = openDecoder({ children: 1 })
  t.teardown(() => decoder.close())
  const file = join(t.testdir({ picture: small }), 'picture')
  t.strictSame(await decoder.prepare({ file }, options), await decoder.prepare(small, options))

  await t.rejects(decoder.prepare({ file: `${file}s` }, options), PictureGoneError, 'no fault of a picture')
  t.match(await codeOf(decoder.prepare({ file: dirname(file) }, options)), /EISDIR/, 'nor is this')
  await writeFile(file, 'no picture')
  t.equal(await codeOf(decoder.prepare({ file }, options)), 'unsupported-image')
})

await t.test('waiting for a disk is no time of a picture', { skip: linux }, async (t) => {
  const decoder = openDecoder({ children: 1, cpuMs: 1_000 })
  t.teardown(() => decoder.close())
  const file = join(t.testdir(), 'slow')
  spawnSync('mkfifo', [file])
  const prepared = decoder.prepare({ file }, options)
  await sleep(1_500)
  await writeFile(file, small)
  t.strictSame(await prepared, await decoder.prepare(small, options))
})

await t.test('jobs beyond the children run in order', async (t) => {
  const decoder = openDecoder({ children: 1 })
  t.teardown(() => decoder.close())
  const done: number[] = []
  await Promise.all(
    [0, 1, 2, 3, 4, 5].map(async (number) => {
      await decoder.prepare(number === 2 ? heavy : small, options)
      done.push(number)
    }),
  )
  t.strictSame(done, [0, 1, 2, 3, 4, 5])
})

await t.test('a job that yields runs once no other waits', async (t) => {
  const decoder = openDecoder({ children: 1 })
  t.teardown(() => decoder.close())
  // The first runs at once, the others wait for it.
  const turns = [{}, { yields: true }, {}, { yields: true }, {}]
  const done: number[] = []
  await Promise.all(
    turns.map((turn, number) => decoder.prepare(small, options, turn).then(() => done.push(number))),
  )
  t.strictSame(done, [0, 2, 4, 1, 3])
})

await t.test('an abort takes a waiting job out and kills a running one', async (t) => {
  const decoder = openDecoder({ children: 1 })
  t.teardown(() => decoder.close())
  await decoder.prepare(small, options)
  const stop = new AbortController()
  const reason = new Error('no longer wanted')
  const aborted = Promise.all(
    [heavy, small].map((bytes) =>
      decoder.prepare(bytes, options, { signal: stop.signal }).catch((error: unknown) => error),
    ),
  )
  const other = decoder.prepare(small, options)
  await setImmediate()
  stop.abort(reason)
  t.ok((await aborted).every((error) => error === reason))
  await t.rejects(decoder.prepare(small, options, { signal: stop.signal }), reason)
  t.match(await other, { width: 64 })
})

await t.test('close lets a running job end, refuses the others and leaves no process', async (t) => {
  const decoder = openDecoder({ children: 1 })
  await decoder.prepare(small, options)
  const running = codeOf(decoder.prepare(heavy, options))
  const waiting = codeOf(decoder.prepare(small, options))
  // The child takes its next job a turn after the last one's caller has its answer.
  await setImmediate()
  await Promise.all([decoder.close(), decoder.close()])
  t.equal(await running, undefined)
  t.equal(await waiting, 'Error: The decoder is closed')
  t.equal(await codeOf(decoder.prepare(small, options)), 'Error: The decoder is closed')
  if (!linux) t.strictSame(decodersOf(process.pid), [])
})

await t.test('a decoder never used closes at once', async () => {
  await openDecoder({ children: 2 }).close()
})

await t.test('a large picture arrives whole', async (t) => {
  const decoder = openDecoder({ children: 1 })
  t.teardown(() => decoder.close())
  const large = await noise({ width: 2000, height: 1700 }).png({ compressionLevel: 0 }).toBuffer()
  t.ok(large.length > 10_000_000)
  t.match(await decoder.prepare(large, options), { width: 2000, height: 1700 })
})

/** A service that opens a decoder and, once it is warm, prints its children. */
function startService(before: string) {
  const index = JSON.stringify(new URL('../dist/index.js', import.meta.url).href)
  const script = `
    import { openDecoder } from ${index}
    ${before}
    const decoder = openDecoder({ children: 2 })
    const picture = Buffer.from('${small.toString('base64')}', 'base64')
    const prepare = () => decoder.prepare(picture, ${JSON.stringify(options)})
    await Promise.all([prepare(), prepare()])
    console.log('warm')`
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, SERVICE_SECRET: 'not for decoders' },
    detached: true,
  })
}

await t.test('children end with the service, however it ends', { skip: linux }, async (t) => {
  const service = startService('')
  const pid = service.pid ?? 0
  await new Promise((resolve) => service.stdout.once('data', resolve))
  const children = decodersOf(pid)
  t.equal(children.length, 2)
  for (const child of children) {
    t.notMatch(readFileSync(`/proc/${child}/environ`, 'utf8'), 'not for decoders')
  }
  service.kill('SIGKILL')
  await until(() => !children.some(describeProcess))
  t.pass('gone')
})

await t.test('a signal to the whole group leaves the children to the service', { skip: linux }, async (t) => {
  const service = startService(`
    process.on('SIGINT', async () => {
      await Promise.all([prepare(), prepare()])
      await decoder.close()
      console.log('closed')
      process.exit()
    })`)
  await new Promise((resolve) => service.stdout.once('data', resolve))
  const children = decodersOf(service.pid ?? 0)
  process.kill(-(service.pid ?? 0), 'SIGINT')
  t.equal((await service.stdout.toArray()).join('').trim(), 'closed')
  await until(() => !children.some(describeProcess))
})

/*
 * Pictures a second: the decoder of @likeness/images beside a bare sharp loop in this process that makes the
 * same outputs the way most would write it, one pipeline per output, as many pictures at once.
 *
 * Run: node bench/dist/images.js [seconds per row, 8]   (CPU figures need Linux)
 */
import { readdirSync, readFileSync } from 'node:fs'
import { openDecoder, type RenderOptions } from '@likeness/images'
import sharp from 'sharp'
import { describeMachine } from './machine.js'
import { makePhoto } from './make-photo.js'

const atOnce = 3
const options = {
  sizes: [32, 64, 128, 256, 512],
  formats: ['webp', 'jpeg'],
  background: '#ffffff',
  maxPixels: 50_000_000,
} satisfies RenderOptions

/** One pipeline per output, with sharp's own defaults for what is not asked for. */
async function bareSharp(photo: Buffer): Promise<number> {
  const outputs = await Promise.all(
    options.sizes.flatMap((size) => {
      const square = () => sharp(photo).autoOrient().resize(size, size)
      return [
        square().webp({ quality: 80 }).toBuffer(),
        square().flatten({ background: options.background }).jpeg({ quality: 82 }).toBuffer(),
      ]
    }),
  )
  return outputs.length
}

type Row = { perSecond: number; cpuMs: number | undefined; p50Ms: number }

/**
 * Measures jobs in turns of a second each, so that whatever else the machine does meets them all alike.
 *
 * @param seconds for each job
 */
async function measure(jobs: (() => Promise<unknown>)[], seconds: number): Promise<Row[]> {
  const sums = jobs.map(() => ({ seconds: 0, cpuMs: 0, times: [] as number[] }))
  for (let turn = -1; turn < seconds; turn++) {
    for (const [index, run] of jobs.entries()) {
      const cpuBefore = cpuMs()
      const start = performance.now()
      const times = await runFor(turn < 0 ? 0 : 1000, run)
      const sum = sums[index]
      // The turn before the first warms up.
      if (turn < 0 || !sum) continue
      sum.seconds += (performance.now() - start) / 1000
      sum.cpuMs += (cpuMs() ?? Number.NaN) - (cpuBefore ?? Number.NaN)
      sum.times.push(...times)
    }
  }
  return sums.map(({ seconds, cpuMs, times }) => ({
    perSecond: times.length / seconds,
    cpuMs: Number.isNaN(cpuMs) ? undefined : cpuMs / times.length,
    p50Ms: median(times),
  }))
}

/** Runs a job again and again, some at once, until the time is over. Returns how long each took. */
async function runFor(ms: number, run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  const end = performance.now() + ms
  const oneAfterAnother = async () => {
    do {
      const began = performance.now()
      await run()
      times.push(performance.now() - began)
    } while (performance.now() < end)
  }
  await Promise.all(Array.from({ length: atOnce }, oneAfterAnother))
  return times
}

/** Latency of one job with nothing else to do. */
async function alone(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let time = 0; time < 25; time++) {
    const began = performance.now()
    await run()
    times.push(performance.now() - began)
  }
  return median(times)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** CPU time of this process and its children so far, from /proc: Node does not tell that of living children. */
function cpuMs(): number | undefined {
  if (process.platform !== 'linux') return undefined
  const own = process.cpuUsage()
  const ticks = readdirSync('/proc').reduce((sum, pid) => sum + (/^\d+$/.test(pid) ? childTicks(pid) : 0), 0)
  // USER_HZ, the unit of /proc/<pid>/stat, is 100 on every Linux that Node supports.
  return (own.user + own.system) / 1000 + ticks * 10
}

/** proc_pid_stat(5): after the name come state, parent, …; user and system time are the 12th and 13th. */
function childTicks(pid: string): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return Number(fields[1]) === process.pid ? Number(fields[11]) + Number(fields[12]) : 0
  } catch {
    return 0
  }
}

function print(name: string, row: Row | undefined): void {
  const figure = (value: number | undefined, digits: number) =>
    (value === undefined ? '–' : value.toFixed(digits)).padStart(10)
  console.log(
    `${name.padEnd(30)}${figure(row?.perSecond, 1)}${figure(row?.cpuMs, 0)}${figure(row?.p50Ms, 0)}`,
  )
}

const seconds = Number(process.argv[2] ?? 8)
const [photo, wide] = await Promise.all([makePhoto(), makePhoto('p3')])
// As the children have it: one thread per picture, nothing cached between pictures.
sharp.concurrency(1)
sharp.cache(false)
const decoder = openDecoder({ children: atOnce })
try {
  console.log(
    `${describeMachine()} · 12 MP JPEG of ${(photo.length / 1e6).toFixed(1)} MB · ` +
      `${options.sizes.length * options.formats.length} outputs · ${atOnce} pictures at once`,
  )
  console.log(`${''.padEnd(30)}  images/s    CPU ms    p50 ms`)
  const prepare = { maxPixels: options.maxPixels, previewSize: 1024 }
  const jobs = {
    'bare sharp, sRGB': () => bareSharp(photo),
    'decoder.render, sRGB': () => decoder.render(photo, options),
    'bare sharp, Display P3': () => bareSharp(wide),
    'decoder.render, Display P3': () => decoder.render(wide, options),
    'decoder.prepare, sRGB': () => decoder.prepare(photo, prepare),
  }
  const rows = await measure(Object.values(jobs), seconds)
  for (const [index, name] of Object.keys(jobs).entries()) print(name, rows[index])
  const ratio = (ours: number, bare: number) =>
    ((rows[ours]?.perSecond ?? 0) / (rows[bare]?.perSecond ?? 0)).toFixed(1)
  console.log(`decoder.render : bare sharp = ${ratio(1, 0)} (sRGB), ${ratio(3, 2)} (Display P3)`)
  console.log(`alone: render ${(await alone(() => decoder.render(photo, options))).toFixed(1)} ms (p50)`)
  console.log(`alone: prepare ${(await alone(() => decoder.prepare(photo, prepare))).toFixed(1)} ms (p50)`)
} finally {
  await decoder.close()
}

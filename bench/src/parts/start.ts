/*
 * `npm start` as people run it: from the command to "ready", what then runs and holds memory while nothing is asked,
 * and how long `--help` takes. The first start creates everything and does not count.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@likeness/test-kit/processes'
import { familyCpuMs, familyOf, proportionalMiB, titleOf } from '../measuring/processes.js'
import type { Row } from '../measuring/report.js'
import { type Spread, spreadOf } from '../measuring/turns.js'
import { inTree, tree } from '../product/tree.js'
import type { Part } from './part.js'

const starts = 5
// Decoders and pools have settled by then.
const settleMs = 4000

type Started = {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly processes: number
  readonly memoryMiB: number
  readonly connections: number
}

export const measureStart: Part = async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'likeness-bench-start-'))
  try {
    await startOnce(dataDir, 0)
    const taken: Started[] = []
    // The last one is left alone for a while.
    for (let turn = 1; turn <= starts; turn += 1)
      taken.push(await startOnce(dataDir, turn === starts ? settleMs : 0))
    const idle = taken.at(-1)
    const seconds = spreadOf(taken.map((one) => one.seconds))
    const cpu = spreadOf(taken.map((one) => one.cpuSeconds))
    const help = spreadOf(await timeHelp())
    const row = (what: string, product: number, unit: string, more: Partial<Row> = {}): Row => ({
      ...{ part: 'start', what, product, unit },
      ...more,
    })
    return [
      row('npm start to ready, warm', seconds.median, 's', { aim: '≤ 3 s', note: range(seconds, 's') }),
      row('CPU time of that', cpu.median, 's', { note: range(cpu, 's') }),
      row('npm start -- --help', help.median, 's', { aim: '≤ 0.3 s', note: range(help, 's') }),
      row('processes, idle', idle?.processes ?? Number.NaN, ''),
      row('of these connections to PostgreSQL', idle?.connections ?? Number.NaN, '', { aim: '≤ 20' }),
      row('memory, idle, proportional', idle?.memoryMiB ?? Number.NaN, 'MiB', { aim: '≤ 450 MiB' }),
    ]
  } finally {
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }
}

const range = ({ min, max }: Spread, unit: string) => `${min.toFixed(2)}–${max.toFixed(2)} ${unit}`

async function startOnce(dataDir: string, settle: number): Promise<Started> {
  const began = performance.now()
  const child = spawn('npm', ['start'], {
    cwd: tree,
    // A group of its own: npm does not pass signals on.
    detached: true,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      ADMIN_PASSWORD: 'gravel lantern otter 41',
      NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const endWithThis = () => process.kill(-(child.pid ?? 0), 'SIGTERM')
  process.once('exit', endWithThis)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve())).finally(() =>
    process.off('exit', endWithThis),
  )
  let printed = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (/^Likeness is ready/m.test(printed)) resolve()
    })
    child.once('exit', () => reject(new Error(`npm start ended: ${printed}`)))
  })
  const pid = child.pid ?? 0
  const seconds = (performance.now() - began) / 1000
  const cpuSeconds = familyCpuMs(pid) / 1000
  await sleep(settle)
  // npm and its shell are the command, not Likeness.
  const family = familyOf(pid)
  const running = family.filter((one) => one !== pid && !/^sh -c/.test(titleOf(one)))
  const started = {
    ...{ seconds, cpuSeconds, processes: running.length, memoryMiB: proportionalMiB(running) },
    connections: running.filter((one) => /^postgres: .* 127\.0\.0\.1\(/.test(titleOf(one))).length,
  }
  // The one that runs start.js stops the others in order.
  const starter = family.find((one) => /^\S*node\S* .*start\.js/.test(titleOf(one)))
  process.kill(starter ?? -pid, 'SIGTERM')
  await ended
  return started
}

async function timeHelp(): Promise<number[]> {
  const entry = inTree('infra/bundle/dist/start.js', 'infra/local/dist/start.js')
  const times: number[] = []
  for (let turn = 0; turn < starts; turn += 1) {
    const began = performance.now()
    const child = spawn(process.execPath, [entry, '--help'], { cwd: tree, stdio: 'ignore' })
    await new Promise((resolve) => child.once('exit', resolve))
    times.push((performance.now() - began) / 1000)
  }
  return times
}

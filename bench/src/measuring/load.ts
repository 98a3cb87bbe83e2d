import { execFile, fork } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isInstalled } from './machine.js'

/** One request that is sent again and again. */
export type Planned = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** The file whose bytes are the body. */
  readonly bodyFile?: string
  /** Whose request it is, as the answer's `userId` says. */
  readonly user?: string
}

export type Plan = {
  readonly origin: string
  readonly connections: number
  readonly seconds: number
  /** Sent in turn. */
  readonly requests: readonly Planned[]
  /** `confirm`: each upload is confirmed once it is answered, and only that is timed; `refresh`: the next request sends the token of an answer. */
  readonly follow?: 'confirm' | 'refresh'
  /** Where `ID` is confirmed. */
  readonly confirmPath?: string
}

export type Load = {
  readonly requests: number
  readonly seconds: number
  /** Of each request, or of the confirmations alone; ms. */
  readonly p50: number
  readonly p95: number
  /** How many confirmations were answered. */
  readonly followed: number
}

/** What wrk and the process of autocannon print. */
export type Figures = Load & { readonly refused: number; readonly broken: number }

const hasWrk = isInstalled('wrk', '--version')
export const loadTool = hasWrk
  ? 'wrk'
  : 'autocannon (wrk is not installed: the load is a Node process of its own, and costs more CPU than it)'

/**
 * Asks for as long as the plan says, from a process that is not the one measured.
 * @throws Error when a request was refused or broke
 */
export async function ask(plan: Plan): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-load-'))
  try {
    const printed = await (hasWrk ? runWrk(folder, plan) : runAutocannon(folder, plan))
    const figures = JSON.parse(/^figures (.*)$/m.exec(printed)?.[1] ?? 'null') as Figures | null
    if (figures === null || figures.refused > 0 || figures.broken > 0) {
      throw new Error(`${plan.origin}${plan.requests[0]?.path}: ${printed}`)
    }
    return figures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runWrk(folder: string, plan: Plan): Promise<string> {
  const file = join(folder, 'plan.lua')
  const { requests, follow, confirmPath } = plan
  await writeFile(file, `return ${luaOf({ requests, follow, confirmPath })}`)
  const script = fileURLToPath(new URL('../../lua/requests.lua', import.meta.url))
  const args = [
    ...['-t', '1', '-c', String(plan.connections), '-d', `${plan.seconds}s`, '--timeout', '30s'],
    ...['-s', script, plan.origin, file],
  ]
  return (await promisify(execFile)('wrk', args)).stdout
}

async function runAutocannon(folder: string, plan: Plan): Promise<string> {
  const file = join(folder, 'plan.json')
  await writeFile(file, JSON.stringify(plan))
  const child = fork(fileURLToPath(new URL('./autocannon-load.js', import.meta.url)), [file], {
    silent: true,
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  await new Promise((resolve) => child.once('close', resolve))
  return printed
}

/** A value as Lua writes it. */
function luaOf(value: unknown): string {
  if (value === undefined) return 'nil'
  if (Array.isArray(value)) return `{${value.map(luaOf).join(',')}}`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, inner]) => `[${JSON.stringify(key)}]=${luaOf(inner)}`)
    .join(',')}}`
}

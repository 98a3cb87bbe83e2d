/*
 * Logins, refreshes and GET /v1/me a second, with the time 95 of 100 stay under; GET /v1/me beside a bare
 * Fastify route that does the same query (bench/src/bare-me.ts), in turns of the same run.
 *
 * Run: node bench/dist/accounts.js [seconds per turn, 4] [turns, 3]
 */
import { Agent, request } from 'node:http'
import { Worker } from 'node:worker_threads'
import type { LoggedIn, Tokens } from '@likeness/contracts'
import { me, sessions, users } from '@likeness/contracts/endpoints'
import { describeMachine } from './machine.js'
import { openStack } from './stack.js'

const seconds = Number(process.argv[2] ?? 4)
const turns = Number(process.argv[3] ?? 3)
const connections = 16
const password = 'gravel lantern otter 41'
const agent = new Agent({ keepAlive: true, maxSockets: connections })

/** One request and its JSON answer. @throws Error unless it is a 2xx */
function ask<Json>(
  method: string,
  url: string,
  { token, body }: { token?: string; body?: object } = {},
): Promise<Json> {
  return new Promise((resolve, reject) => {
    const sent = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(sent === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
    }
    const outgoing = request(url, { method, agent, headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const status = incoming.statusCode ?? 0
        if (status >= 300) return reject(new Error(`${method} ${url} answered ${status}: ${text}`))
        resolve(JSON.parse(text) as Json)
      })
    })
    outgoing.on('error', reject)
    outgoing.end(sent)
  })
}

/** Keeps every connection busy for a turn. @returns how long each request took, ms */
async function keepBusy(work: (connection: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  const end = performance.now() + seconds * 1000
  const busy = async (connection: number) => {
    while (performance.now() < end) {
      const began = performance.now()
      await work(connection)
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: connections }, (_, connection) => busy(connection)))
  return times
}

function show(name: string, times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b)
  const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? 0
  const perSecond = times.length / seconds / turns
  console.log(`${name.padEnd(24)} ${perSecond.toFixed(0).padStart(6)}/s   p95 ${p95.toFixed(1)} ms`)
  return perSecond
}

const stack = await openStack('postgres', { LOGINS_PER_MINUTE: '1000000', REFRESHES_PER_MINUTE: '1000000' })
if (!stack) throw new Error('no stack')
const api = stack.accounts
const { keys } = await ask<{ keys: Record<string, string>[] }>('GET', `${api}/.well-known/jwks.json`)
const databaseUrl = new URL(await stack.database('unused'))
databaseUrl.pathname = '/accounts'
const bareWorker = new Worker(new URL('./bare-me.js', import.meta.url), {
  workerData: { databaseUrl: databaseUrl.href, jwk: keys[0] },
})
const bare = await new Promise<string>((resolve, reject) => {
  bareWorker.once('message', resolve)
  bareWorker.once('error', reject)
})
try {
  const opened: LoggedIn[] = []
  for (let index = 0; index < connections; index += 1) {
    const username = `bench${index}`
    await ask('POST', `${api}${users.register.path}`, {
      body: { username, email: `${username}@bench.test`, password },
    })
    opened.push(await ask('POST', `${api}${sessions.logIn.path}`, { body: { login: username, password } }))
  }
  const accessTokens = opened.map((session) => session.accessToken)
  const refreshTokens = opened.map((session) => session.refreshToken)

  const times = { bare: [] as number[], me: [] as number[], refresh: [] as number[], login: [] as number[] }
  const getWith = (url: string) => (connection: number) =>
    ask('GET', url, { token: accessTokens[connection] ?? '' })
  for (let turn = 0; turn < turns; turn += 1) {
    times.bare.push(...(await keepBusy(getWith(bare))))
    times.me.push(...(await keepBusy(getWith(`${api}${me.read.path}`))))
    times.refresh.push(
      ...(await keepBusy(async (connection) => {
        const body = { refreshToken: refreshTokens[connection] }
        const tokens = await ask<Tokens>('POST', `${api}${sessions.refresh.path}`, { body })
        refreshTokens[connection] = tokens.refreshToken
      })),
    )
    times.login.push(
      ...(await keepBusy((connection) =>
        ask('POST', `${api}${sessions.logIn.path}`, { body: { login: `bench${connection}`, password } }),
      )),
    )
  }
  console.log(`${describeMachine()} · ${connections} connections · ${turns} turns of ${seconds} s each`)
  const least = show('bare GET, same query', times.bare)
  const reads = show('GET /v1/me', times.me)
  console.log(`${''.padEnd(24)} ${(reads / least).toFixed(2)} of the bare route`)
  show('POST …/sessions/refresh', times.refresh)
  show('POST /v1/sessions', times.login)
} finally {
  await bareWorker.terminate()
  agent.destroy()
  await stack.close()
}

/*
 * The load where wrk is not installed: the same plan, in a process of its own.
 */
import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'
import type { Figures, Plan } from './load.js'
import { quantile } from './turns.js'

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Plan
const bodies = new Map<string, Buffer>()
const confirmMs: number[] = []
let clients = 0
let refusals = 0

function bodyOf({ body, bodyFile }: Plan['requests'][number]): string | Buffer | undefined {
  if (bodyFile === undefined) return body
  const bytes = bodies.get(bodyFile) ?? readFileSync(bodyFile)
  bodies.set(bodyFile, bytes)
  return bytes
}

const field = (body: string, name: string) => new RegExp(`"${name}":"([^"]+)"`).exec(body)?.[1] ?? ''

/** The requests of one connection, as autocannon takes them. */
function requestsOf(index: number): autocannon.Request[] {
  const own = plan.requests.filter((_, at) => at % plan.connections === index % plan.requests.length)
  return own.flatMap((one) => {
    const { method, path, headers } = one
    let following = ''
    const body = bodyOf(one)
    const request: autocannon.Request = {
      method,
      path,
      headers: { ...headers },
      ...(body !== undefined && { body }),
      onResponse: (status, answer) => {
        if (status >= 400) refusals += 1
        following = field(answer, plan.follow === 'refresh' ? 'refreshToken' : 'id')
      },
    }
    if (plan.follow === 'refresh') {
      request.setupRequest = (given) =>
        following === '' ? given : { ...given, body: JSON.stringify({ refreshToken: following }) }
      return [request]
    }
    if (plan.follow !== 'confirm') return [request]
    let began = 0
    const confirm: autocannon.Request = {
      method: 'POST',
      path,
      headers: { authorization: headers.authorization ?? '' },
      setupRequest: (given) => {
        began = performance.now()
        return { ...given, path: (plan.confirmPath ?? '').replace('ID', following) }
      },
      onResponse: (status) => {
        if (status >= 400) refusals += 1
        else confirmMs.push(performance.now() - began)
      },
    }
    return [request, confirm]
  })
}

const result = await autocannon({
  url: plan.origin,
  connections: plan.connections,
  duration: plan.seconds,
  setupClient(client) {
    client.setRequests(requestsOf(clients))
    clients += 1
  },
})
const figures: Figures = {
  requests: result.requests.total,
  seconds: result.duration,
  refused: refusals,
  broken: result.errors,
  p50: plan.follow === 'confirm' ? quantile(confirmMs, 0.5) : result.latency.p50,
  p95: plan.follow === 'confirm' ? quantile(confirmMs, 0.95) : result.latency.p97_5,
  followed: confirmMs.length,
}
console.log(`figures ${JSON.stringify(figures)}`)

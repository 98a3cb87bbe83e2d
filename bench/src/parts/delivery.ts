/*
 * A hot avatar, whole and as 304: the media service beside nginx (one process, sendfile) on the same file, and behind
 * nginx with the example's cache, which is compared with an nginx that sends the same headers too. 64 connections.
 * Requests a second are bounded by the client on the same cores; CPU time per request is the server's own.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { uploads } from '@likeness/contracts/endpoints'
import { askTurn } from '../measuring/costs.js'
import { makePhoto } from '../measuring/make-photo.js'
import { type Row, rowOf } from '../measuring/report.js'
import { inTurns, medianOf, ratioOf, type Turn } from '../measuring/turns.js'
import { logIn, openCalls } from '../product/client.js'
import { openStack, type Stack } from '../product/stack.js'
import { type Nginx, startNginx } from '../twins/start-nginx.js'
import type { Pace, Part } from './part.js'

const connections = 64
const accept = 'image/avif,image/webp,*/*;q=0.8'

export const measureDelivery: Part = async (pace) => {
  const stack = await openStack()
  if (!stack) return []
  let nginx: Nginx | undefined
  try {
    const folder = join(stack.folder, 'nginx')
    nginx = await startNginx(folder, stack.parts.media.url)
    if (!nginx) {
      console.log('delivery is not measured: nginx is not on PATH')
      return []
    }
    const path = await publish(stack)
    const file = join(folder, 'files', path)
    const picture = await fetch(stack.parts.media.url + path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, new Uint8Array(await picture.arrayBuffer()))
    await stack.parts.mediaWorker.stop()
    return [
      ...(await measure(stack, nginx, path, 200, pace)),
      ...(await measure(stack, nginx, path, 304, pace)),
    ]
  } finally {
    await nginx?.stop()
    await stack.close()
  }
}

/** Publishes a photo. @returns the path of its 128 px WebP */
async function publish(stack: Stack): Promise<string> {
  const call = openCalls(stack.parts.media.url, (await logIn(stack, 'delivery')).accessToken)
  const photo = new Blob([new Uint8Array(await makePhoto())], { type: 'image/jpeg' })
  const { id } = (await call(uploads.create, { body: photo })).body
  const { status, body } = await call(uploads.confirm, { params: { id }, headers: { prefer: 'wait=30' } })
  const url = body.avatar?.urls['128']?.webp
  if (url === undefined) throw new Error(`not published: ${status}`)
  return new URL(url).pathname
}

async function measure(
  { parts: { media } }: Stack,
  nginx: Nginx,
  immutable: string,
  status: 200 | 304,
  { turns, seconds }: Pace,
): Promise<Row[]> {
  const stable = `${immutable.split('/').slice(0, 4).join('/')}?size=128`
  const turn = (origin: string, path: string, pids: readonly number[]) => async (): Promise<Turn> => {
    const seen = await fetch(origin + path, { headers: { accept } })
    await seen.arrayBuffer()
    const condition = status === 304 ? { 'if-none-match': seen.headers.get('etag') ?? '' } : {}
    const headers = { accept, ...condition }
    const answer = await fetch(origin + path, { headers })
    await answer.arrayBuffer()
    if (answer.status !== status) throw new Error(`${origin}${path} answered ${answer.status}, not ${status}`)
    return askTurn({ origin, connections, seconds, requests: [{ method: 'GET', path, headers }] }, { pids })
  }
  const taken = await inTurns(turns, {
    nginx: turn(nginx.onFiles, immutable, [nginx.pid]),
    likewise: turn(nginx.likewise, immutable, [nginx.pid]),
    immutable: turn(media.url, immutable, [media.pid]),
    stable: turn(media.url, stable, [media.pid]),
    behind: turn(nginx.inFront, immutable, [media.pid, nginx.pid]),
  })
  const part = 'delivery'
  const row = (what: string, side: readonly Turn[], aim?: string, twin = taken.nginx): Row =>
    rowOf({ part, what: `${status}, ${what}`, unit: '/s', ...(aim !== undefined && { aim }) }, side, twin)
  const micros = (side: readonly Turn[]) =>
    side.map(({ cpuMs = Number.NaN }): Turn => ({ rate: cpuMs * 1000 }))
  const [own, its] = [micros(taken.immutable), micros(taken.nginx)]
  return [
    row('immutable address', taken.immutable),
    row('stable address', taken.stable),
    row('immutable, behind nginx', taken.behind, status === 200 ? '≥ 0.97' : '≥ 0.95'),
    row('the same, beside nginx with the same headers', taken.behind, undefined, taken.likewise),
    {
      ...{ part, what: `${status}, CPU time of one, immutable`, unit: 'µs', aim: '≤ 1.6' },
      product: medianOf(own, 'rate') ?? Number.NaN,
      twin: medianOf(its, 'rate'),
      ratio: ratioOf(own, its),
    },
  ]
}

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type RequestOptions, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** A POST, sent whole, or by `socketSenders` only as much of it as is here. */
type Sent = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Bytes of the whole body, when they are more than these. */
  readonly announced?: number
}
type Received = { readonly status: number; readonly body: string }

/** Sends to a URL whose server also answers `GET /healthz`. */
type Send = (url: string, sent: Sent) => Promise<Received>

/** Why curl sends nothing, or false. */
export const noCurl: string | false =
  spawnSync('curl', ['--version']).error !== undefined && 'curl is not on PATH'

/** Clients that can send less than they announce. */
export const socketSenders: Readonly<Record<string, Send>> = {
  'a socket that writes all, then reads': (url, sent) => viaSocket(url, [postOf(url, sent)]),
  'such a socket, kept': (url, sent) =>
    viaSocket(url, [Buffer.from(`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`), postOf(url, sent)]),
}

/**
 * Each way in which clients send, on a new connection and on one that was used before. They reject when the
 * connection ends without an answer.
 */
export const senders: Readonly<Record<string, Send>> = {
  async fetch(url, { headers, body }) {
    const answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })
    return { status: answer.status, body: await answer.text() }
  },
  'node:http': (url, sent) => viaHttp(url, sent, { agent: false }),
  async 'node:http, kept'(url, sent) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      await viaHttp(new URL('/healthz', url).href, undefined, { agent })
      return await viaHttp(url, sent, { agent })
    } finally {
      agent.destroy()
    }
  },
  ...socketSenders,
  'such a socket, in chunks': (url, sent) => viaSocket(url, [chunkedPostOf(url, sent)]),
  ...(noCurl === false && {
    curl: (url, sent) => viaCurl([], url, sent),
    'curl, kept': (url, sent) =>
      viaCurl(['--output', '/dev/null', new URL('/healthz', url).href, '--next'], url, sent),
  }),
}

async function viaHttp(url: string, sent: Sent | undefined, options: RequestOptions): Promise<Received> {
  const { headers = {}, body } = sent ?? {}
  const length = body && { 'content-length': body.length }
  const method = body ? 'POST' : 'GET'
  const asked = request(url, { ...options, method, headers: { ...headers, ...length } }).end(body)
  const [answer] = await once(asked, 'response')
  // The rest of the body may fail to be sent once the answer is here.
  asked.on('error', () => undefined)
  return { status: answer.statusCode, body: await text(answer) }
}

function headOf(url: string, headers: Readonly<Record<string, string>>): Buffer {
  const { host, pathname, search } = new URL(url)
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`)
}

const postOf = (url: string, { headers, body, announced = body.length }: Sent) =>
  Buffer.concat([headOf(url, { ...headers, 'content-length': String(announced) }), body])

function chunkedPostOf(url: string, { headers, body }: Sent): Buffer {
  const parts = [headOf(url, { ...headers, 'transfer-encoding': 'chunked' })]
  for (let at = 0; at < body.length; at += 65_536) {
    const chunk = body.subarray(at, at + 65_536)
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

/** Writes each request whole before it reads a byte of the answer; resolves to the last one. */
async function viaSocket(url: string, requests: readonly Buffer[]): Promise<Received> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  try {
    let last: Received | undefined
    for (const bytes of requests) {
      socket.pause()
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.write(bytes, () => resolve())
      })
      last = await readAnswer(socket)
    }
    if (last === undefined) throw new Error('nothing was sent')
    return last
  } finally {
    socket.destroy()
  }
}

function readAnswer(socket: ReturnType<typeof connect>): Promise<Received> {
  return new Promise((resolve, reject) => {
    let seen = ''
    const read = (bytes: Buffer) => {
      seen += bytes.toString('latin1')
      const [head = '', body] = seen.split(/\r\n\r\n(.*)/s)
      const length = Number(/^content-length: *(\d+)$/im.exec(head)?.[1] ?? Number.NaN)
      const chunked = /^transfer-encoding: *chunked$/im.test(head)
      if (body === undefined || (chunked ? !body.endsWith('0\r\n\r\n') : body.length < length)) return
      socket.off('data', read).off('close', gone)
      resolve({ status: Number(head.split(' ')[1]), body: Buffer.from(body, 'latin1').toString() })
    }
    const gone = () => reject(new Error(`the connection ended after: ${seen}`))
    socket.on('data', read).once('close', gone).resume()
  })
}

async function viaCurl(first: readonly string[], url: string, { headers, body }: Sent): Promise<Received> {
  const own = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
  const args = [...first, '--silent', '--write-out', '\n%{http_code}', '--data-binary', '@-', ...own, url]
  const curl = spawn('curl', ['--silent', ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  curl.stdin.on('error', () => undefined).end(body)
  const ended = once(curl, 'close')
  const output = await text(curl.stdout)
  const [status] = await ended
  if (status !== 0) throw new Error(`curl ended with ${status} after: ${output}`)
  const [, answer = '', code] = /^(.*)\n(\d+)$/s.exec(output) ?? []
  return { status: Number(code), body: answer }
}

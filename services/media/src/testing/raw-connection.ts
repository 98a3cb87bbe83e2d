import { once } from 'node:events'
import { connect } from 'node:net'
import { addressOf } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import type { Test } from 'tap'

export type RawAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

/** The head of an upload, its body to follow. */
export function uploadHead(
  authorization: string,
  headers: Readonly<Record<string, string | number>>,
  query = '',
): string {
  const lines = Object.entries({ host: 'x', authorization, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return `POST ${addressOf(uploads.create)}${query} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A connection on which each byte is written when the test says so. */
export async function openConnection(t: Pick<Test, 'teardown'>, url: string) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setNoDelay(true)
  t.teardown(() => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  let seen = Buffer.alloc(0)
  let over = false
  socket.on('data', (some: Buffer) => {
    seen = Buffer.concat([seen, some])
  })
  socket.once('close', () => {
    over = true
    socket.emit('data', Buffer.alloc(0))
  })

  /** The next answer on this connection. */
  async function answer(): Promise<RawAnswer> {
    for (;;) {
      const [head = '', rest] = seen.toString('latin1').split(/\r\n\r\n(.*)/s)
      const [start = '', ...lines] = head.split('\r\n')
      const headers = Object.fromEntries(
        lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.replace(/^[^:]*: */, '')]),
      )
      const length = Number(headers['content-length'] ?? 0)
      if (rest !== undefined && rest.length >= length) {
        seen = Buffer.from(rest.slice(length), 'latin1')
        const text = Buffer.from(rest.slice(0, length), 'latin1').toString()
        return { status: Number(start.split(' ')[1]), headers, body: text === '' ? {} : JSON.parse(text) }
      }
      if (over) throw new Error(`The connection ended after: ${seen.toString('latin1')}`)
      await once(socket, 'data')
    }
  }

  /** Writes, and waits until it is on its way. */
  const send = (bytes: Buffer | string) =>
    new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
  return { socket, send, answer, isOver: () => over }
}

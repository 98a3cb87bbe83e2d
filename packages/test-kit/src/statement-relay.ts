import { connect, createServer, type Socket } from 'node:net'

/** One statement that a client had PostgreSQL run. */
export type Statement = {
  /** The database the client is connected to. */
  readonly database: string
  /** Of a prepared statement; empty for one that is not. */
  readonly name: string
  readonly text: string
  /** The bytes of its parameters, as they were sent. */
  readonly values: string
  /** Whether PostgreSQL had to parse and plan it now: the first run of a prepared one, or any other. */
  readonly parsed: boolean
  /** Milliseconds, as `performance.now()` counts. */
  readonly sentAt: number
  /** When its answer was complete; undefined until then. */
  answeredAt: number | undefined
}

export type StatementRelay = {
  /** The same URL, by way of the relay. */
  urlOf(url: string): string
  /** Every statement so far, in the order in which they were sent. */
  readonly statements: readonly Statement[]
  /** How many connections are open now. */
  connections(): number
  /** Ends all connections. */
  close(): Promise<void>
}

/**
 * Stands between clients and a PostgreSQL server, passes everything on, and notes every statement
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html). Clients must not ask for TLS.
 * @param server `postgres://…`, its host and port
 */
export async function openStatementRelay(server: string): Promise<StatementRelay> {
  const { hostname, port } = new URL(server)
  const statements: Statement[] = []
  const open = new Set<Socket>()
  const relay = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    const notes = openNotes(statements)
    const fromClient = splitMessages((type, body) => notes.sent(type, body), true)
    const fromServer = splitMessages((type) => notes.answered(type), false)
    client.on('data', fromClient)
    upstream.on('data', fromServer)
    client.pipe(upstream)
    upstream.pipe(client)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.setNoDelay(true)
      // The end of either is the end of both, however it comes.
      socket.on('error', () => undefined)
      socket.once('close', () => other.destroy())
    }
    open.add(client)
    client.once('close', () => open.delete(client))
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  const address = relay.address()
  if (address === null || typeof address === 'string') throw new Error('The relay has no port.')
  return {
    statements,
    urlOf(url) {
      const through = new URL(url)
      through.hostname = '127.0.0.1'
      through.port = String(address.port)
      return through.href
    },
    connections: () => open.size,
    async close() {
      const closed = new Promise((resolve) => relay.close(resolve))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

/** Takes bytes as they come and hands over whole messages. @param startup whether the first has no type */
function splitMessages(
  take: (type: string, body: Buffer) => void,
  startup: boolean,
): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let isFirst = startup
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    for (;;) {
      const typed = isFirst ? 0 : 1
      if (rest.length < typed + 4) return
      const end = typed + rest.readUInt32BE(typed)
      if (rest.length < end) return
      take(isFirst ? 'startup' : String.fromCharCode(rest[0] ?? 0), rest.subarray(typed + 4, end))
      isFirst = false
      rest = rest.subarray(end)
    }
  }
}

/** The messages of one connection, noted as statements. */
function openNotes(statements: Statement[]) {
  let database = ''
  const texts = new Map<string, string>()
  const portals = new Map<string, { name: string; values: string }>()
  const justParsed = new Set<string>()
  const waiting: Statement[] = []

  const note = (name: string, text: string, values: string, parsed: boolean) => {
    const one: Statement = {
      ...{ database, name, text, values, parsed },
      sentAt: performance.now(),
      answeredAt: undefined,
    }
    statements.push(one)
    waiting.push(one)
  }
  return {
    sent(type: string, body: Buffer): void {
      const words = () => body.toString('utf8').split('\0')
      if (type === 'startup') {
        const given = body.toString('utf8', 4).split('\0')
        database = given[given.indexOf('database') + 1] ?? ''
      } else if (type === 'Q') {
        note('', words()[0] ?? '', '', true)
      } else if (type === 'P') {
        const [name = '', text = ''] = words()
        texts.set(name, text)
        justParsed.add(name)
      } else if (type === 'B') {
        const [portal = '', name = ''] = words()
        portals.set(portal, { name, values: body.toString('latin1') })
      } else if (type === 'E') {
        const { name = '', values = '' } = portals.get(words()[0] ?? '') ?? {}
        note(name, texts.get(name) ?? '', values, justParsed.delete(name))
      }
    },
    answered(type: string): void {
      // Complete, empty, cut off by a limit of rows, or an error.
      if (!['C', 'I', 's', 'E'].includes(type)) return
      const one = waiting.shift()
      if (one) one.answeredAt = performance.now()
    },
  }
}

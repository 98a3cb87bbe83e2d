import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A server seen through a port of its own, which can be shut as if the server had died. */
export type Door = {
  /** The server's URL with the door's port. */
  readonly url: string
  /** Ends every connection and refuses new ones. */
  shut(): Promise<void>
  open(): Promise<void>
  /** Lets nothing through any more, either way, as a server that is too busy to answer. */
  stall(): void
}

/** @param target URL of a TCP server: PostgreSQL, Redis */
export async function openDoor(t: Test, target: string): Promise<Door> {
  const behind = new URL(target)
  const sockets = new Set<Socket>()
  let isStalled = false
  let server: Server | undefined
  let port = 0

  async function open(): Promise<void> {
    server = createServer((near) => {
      const far = connect(Number(behind.port), behind.hostname)
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket)
        socket.on('error', () => undefined)
        socket.once('close', () => {
          sockets.delete(socket)
          other.destroy()
        })
        if (!isStalled) socket.pipe(other)
      }
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }

  async function shut(): Promise<void> {
    const closed = server?.listening ? once(server, 'close') : undefined
    server?.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }

  function stall(): void {
    isStalled = true
    for (const socket of sockets) socket.unpipe().pause()
  }

  await open()
  t.teardown(shut)
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return { url: url.href, shut, open, stall }
}

/*
 * A receiver of webhooks in a process of its own: it answers 204 at once, and tells its parent where it listens and how
 * many requests came, whenever it is asked.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

let received = 0
const server = createServer((request, response) => {
  request.resume().once('end', () => {
    received += 1
    response.writeHead(204).end()
  })
})
process.on('message', () => process.send?.({ received }))
process.once('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))

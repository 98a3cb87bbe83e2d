import { createPublicKey, verify } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebhookPayload } from '@likeness/contracts'
import { waitFor } from '@likeness/test-kit'
import { Webhook } from 'standardwebhooks'
import type { Test } from 'tap'

/** A request that a receiver got. */
export type Received = {
  readonly id: string
  readonly signature: string
  readonly payload: WebhookPayload
  readonly headers: Record<string, string>
  readonly body: string
}

/** A product's server: it keeps what it got, and answers as told. */
export async function startReceiver(t: Test) {
  const received: Received[] = []
  const receiver = {
    url: '',
    received,
    answer: (response: ServerResponse): unknown => response.writeHead(204).end(),
    /** The requests of a type, once there are so many. */
    async got(type: WebhookPayload['type'], count = 1): Promise<Received[]> {
      const ofType = () => received.filter(({ payload }) => payload.type === type)
      await waitFor(() => ofType().length >= count, { for: `${count} of ${type}` })
      return ofType()
    },
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const headers = request.headers as Record<string, string>
      received.push({
        id: headers['webhook-id'] ?? '',
        signature: headers['webhook-signature'] ?? '',
        payload: JSON.parse(body) as WebhookPayload,
        headers,
        body,
      })
      receiver.answer(response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  return receiver
}

/** Whether a request is signed with a secret: the HMAC by the library of Standard Webhooks. */
export function isSignedWith({ headers, body }: Received, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers)
    return true
  } catch {
    return false
  }
}

/** The same by a public key, whose signatures that library does not read. */
export function isSignedBy({ id, headers, signature, body }: Received, publicKey: string): boolean {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const content = Buffer.from(`${id}.${headers['webhook-timestamp']}.${body}`)
  return signature
    .split(' ')
    .some((one) => one.startsWith('v1a,') && verify(null, content, key, Buffer.from(one.slice(4), 'base64')))
}

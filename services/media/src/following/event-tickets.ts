import { addressOf, Id, Role } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { type Caller, callerOf } from '@likeness/runtime/caller'
import type { Secrets } from '@likeness/runtime/secrets'
import type { Handler } from '@likeness/runtime/serve'
import { openSigner } from '@likeness/runtime/signer'
import { z } from 'zod'
import type { Deps } from '../deps.js'
import { findUploadFor } from '../uploads/find-upload.js'

/** Tickets open the events of one upload for a client that cannot send an access token, such as `EventSource`. */
export type EventTickets = {
  issue(caller: Caller, uploadId: string): { ticket: string; expiresAt: Date }
  /** The caller it was issued to; undefined when it was not issued here for this upload, or has expired. */
  open(ticket: string, uploadId: string): Caller | undefined
}

const lifetimeMs = 60_000

const Claims = z.object({
  ...{ upload: Id, until: z.int() },
  ...{ id: Id, sessionId: Id, role: Role, issuedAt: z.int(), expiresAt: z.int() },
})

/** @param secrets SERVICE_SECRET, so that each process of the service accepts the tickets of the others */
export function openEventTickets(secrets: Secrets): EventTickets {
  const signer = openSigner(secrets, ticketPurpose)
  return {
    issue(caller, uploadId) {
      const until = Date.now() + lifetimeMs
      const text = encodeClaims({ ...caller, upload: uploadId, until })
      return { ticket: `${text}.${signer.sign(text)}`, expiresAt: new Date(until) }
    },
    open(ticket, uploadId) {
      const [text = '', signature = ''] = ticket.split('.')
      if (!signer.isSigned(text, signature)) return undefined
      const { upload, until, ...caller } = Claims.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
      const isGood = upload === uploadId && until > Date.now() && caller.expiresAt > Date.now()
      return isGood ? caller : undefined
    },
  }
}

export const ticketPurpose = 'likeness event ticket'
export const encodeClaims = (claims: z.input<typeof Claims>): string =>
  Buffer.from(JSON.stringify(claims)).toString('base64url')

/** `uploads.issueTicket` */
export const issueTicketHandler =
  (deps: Deps, tickets: EventTickets): Handler<typeof uploads.issueTicket> =>
  async (request, reply) => {
    const caller = callerOf(request)
    const { id } = await findUploadFor(deps, caller, request.params.id)
    const { ticket, expiresAt } = tickets.issue(caller, id)
    const address = addressOf(uploads.follow, { params: { id }, query: { ticket } })
    const url = `${deps.config.PUBLIC_URL}${address}`
    return reply.code(201).send({ ticket, url, expiresAt: expiresAt.toISOString() })
  }

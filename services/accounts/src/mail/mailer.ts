import type { Database } from '@likeness/runtime/database'
import { createTransport } from 'nodemailer'
import type { Tables } from '../database/database.js'
import { insertInboxMessage } from '../database/inbox.table.js'
import type { RenderedMail } from './templates.js'

export type Message = RenderedMail & { readonly id: string; readonly from: string; readonly to: string }

/** The receiving side refused this e-mail permanently. */
export class MailRefusedError extends Error {
  override name = 'MailRefusedError'
}

/** The mail server did not take this e-mail: the same one may be sent later. */
export class MailAwayError extends Error {
  override name = 'MailAwayError'
}

/** Hands e-mails to a mail server, or to the local inbox. */
export type Mailer = {
  /**
   * Resolves once the e-mail is accepted.
   * @throws MailRefusedError when trying again is pointless, otherwise MailAwayError
   */
  send(message: Message): Promise<void>
  close(): void
}

const connectMs = 10_000
const silenceMs = 20_000

/** @param url MAIL_URL: `smtp://user:password@host:587`, `smtps://…`; without it e-mails go to the inbox */
export function openMailer(url: string | undefined, db: Database<Tables>): Mailer {
  return url === undefined ? openInbox(db) : openSmtp(url)
}

function openInbox(db: Database<Tables>): Mailer {
  return {
    send: ({ id, from, to, subject, text, html }) =>
      insertInboxMessage(db, { id, sender: from, recipient: to, subject, text, html }),
    close: () => undefined,
  }
}

function openSmtp(url: string): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    dnsTimeout: connectMs,
    // Files and addresses in a template are plain text, never read.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ id, from, to, subject, text, html }) {
      // The same id on every try lets the receiving side recognise a copy.
      const messageId = `<${id}@${from.match(/@([^\s>]+)/)?.[1] ?? 'likeness'}>`
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          subject,
          text,
          html,
          messageId,
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
      } catch (error) {
        if (isRefusal(error)) throw new MailRefusedError('refused by the mail server', { cause: error })
        throw new MailAwayError('not taken by the mail server', { cause: error })
      }
    },
    close: () => transport.close(),
  }
}

/** A 5xx answer to the recipient or the message (RFC 5321 §4.2.1); any other concerns the server, and is temporary. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error && 'responseCode' in error && 'command' in error)) return false
  const { command, responseCode } = error
  return (command === 'RCPT TO' || command === 'DATA') && Number(responseCode) >= 500
}

import { PermanentFailure } from '@likeness/runtime/job'
import type { AccountsConfig } from '../config.js'
import { hashOfToken } from '../credentials/one-time-tokens.js'
import {
  claimMail,
  type MailKind,
  type MailRow,
  markFailed,
  markSent,
  releaseMail,
} from '../database/mails.table.js'
import { isToken } from '../database/one-time-tokens.table.js'
import type { WorkerDeps } from '../deps.js'
import { MailRefusedError, type Message } from '../mail/mailer.js'

/** Longer than all timeouts of the mailer together, so that two workers never send the same e-mail. */
const claimSeconds = 90

/** Sends one e-mail, unless it was already sent. */
export async function sendMail(deps: WorkerDeps, { mailId }: { mailId: string }): Promise<void> {
  const mail = await claimMail(deps.db, mailId, claimSeconds)
  if (!mail) return
  if (mail.useful_until <= new Date()) {
    await markFailed(deps.db, mailId, 'too late to be of use')
    return
  }
  try {
    await deps.mailer.send(messageOf(deps, mail, await tokenOf(deps, mail)))
  } catch (error) {
    if (!(error instanceof MailRefusedError)) {
      await releaseMail(deps.db, mailId)
      throw error
    }
    const cause = error.cause instanceof Error ? error.cause.message : error.message
    await markFailed(deps.db, mailId, cause.slice(0, 500))
    throw new PermanentFailure(error.message, { cause: error })
  }
  await markSent(deps.db, mailId)
}

/** The token whose hash was stored: KEY_SECRET may have changed since. Empty for an e-mail without one. */
async function tokenOf({ db, tokens }: WorkerDeps, { token_seed: seed }: MailRow): Promise<string> {
  if (seed === null) return ''
  const [current, ...others] = tokens.of(seed)
  for (const token of others) if (await isToken(db, hashOfToken(token))) return token
  return current
}

function messageOf({ config, templates }: WorkerDeps, mail: MailRow, token: string): Message {
  const link = token === '' ? config.PUBLIC_URL : linkOf(config, pageOf(mail.kind, config), token)
  const data = {
    ...mail.data,
    link,
    hours: String(config.VERIFICATION_HOURS),
    minutes: String(config.RESET_MINUTES),
    at: `${new Intl.DateTimeFormat(mail.language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(mail.created_at)} UTC`,
  }
  return {
    id: mail.id,
    from: config.MAIL_FROM ?? `${config.PRODUCT_NAME} <no-reply@${new URL(config.PUBLIC_URL).hostname}>`,
    to: mail.recipient,
    ...templates.render(mail.kind, mail.language, data),
  }
}

function pageOf(kind: MailKind, config: AccountsConfig): string {
  if (kind === 'reset-password') return config.EMAIL_LINK_RESET
  return kind === 'stop-email-change' ? config.EMAIL_LINK_STOP : config.EMAIL_LINK_VERIFY
}

const linkOf = (config: AccountsConfig, template: string, token: string) =>
  template.replaceAll('{publicUrl}', config.PUBLIC_URL).replaceAll('{token}', token)

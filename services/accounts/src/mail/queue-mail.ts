import type { Transaction } from '@likeness/runtime/database'
import type { AccountsConfig } from '../config.js'
import type { OneTimeTokens } from '../credentials/one-time-tokens.js'
import type { Origin } from '../database/activities.table.js'
import type { Tables } from '../database/database.js'
import { insertMail, type MailData, type MailKind } from '../database/mails.table.js'
import { insertToken, type TokenPurpose } from '../database/one-time-tokens.table.js'

/** How long a notice without a token is worth sending. */
const noticeSeconds = 3 * 86_400

type Recipient = {
  /** null for a user about to be deleted: the e-mail outlives them. */
  readonly id: string | null
  readonly nickname: string
  readonly email: string
  readonly locale: string | null
}

/**
 * Writes an e-mail about what this transaction does. Enqueue `send-mail` with the id after the commit; upkeep does so
 * if that fails.
 * @param to the recipient; the e-mail is in their language, else in that of the request
 */
export function queueNotice(
  trx: Transaction<Tables>,
  kind: MailKind,
  to: Recipient,
  origin: Origin,
  data: MailData = {},
): Promise<string> {
  return insertMail(
    trx,
    { ...addressed(to, origin), kind, tokenSeed: null, data: about(to, data) },
    noticeSeconds,
  )
}

/**
 * Writes an e-mail with a link that proves, once, that its reader receives the e-mails to `to.email`.
 * @param trx holds the row of the user, whose standing may otherwise change before the link exists
 */
export async function queueToken(
  trx: Transaction<Tables>,
  deps: { config: AccountsConfig; tokens: OneTimeTokens },
  token: { kind: MailKind; purpose: TokenPurpose; data?: MailData },
  to: Recipient & { readonly id: string },
  origin: Origin,
): Promise<string> {
  const { seed, hash } = deps.tokens.make()
  const seconds = lifetimeOf(token.purpose, deps.config)
  await insertToken(trx, { hash, user_id: to.id, purpose: token.purpose, email: to.email }, seconds)
  return insertMail(
    trx,
    // Someone who already has an account gets no key to another; its row exists so that the work is the same.
    {
      ...addressed(to, origin),
      kind: token.kind,
      tokenSeed: token.kind === 'already-registered' ? null : seed,
      data: about(to, token.data),
    },
    seconds,
  )
}

const lifetimeOf = (purpose: TokenPurpose, config: AccountsConfig) =>
  purpose === 'reset-password' ? config.RESET_MINUTES * 60 : config.VERIFICATION_HOURS * 3_600

/** How e-mails name the device and place of a request. */
export const deviceOf = (origin: Origin): MailData => ({
  device: origin.userAgent ?? '–',
  ip: origin.ip ?? '–',
})

const about = (to: Recipient, data: MailData = {}): MailData => ({
  name: to.nickname,
  email: to.email,
  ...data,
})

const addressed = (to: Recipient, origin: Origin) => ({
  userId: to.id,
  recipient: to.email,
  language: to.locale === 'fr' || to.locale === 'en' ? to.locale : origin.language,
})

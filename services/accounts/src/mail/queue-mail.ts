import type { Transaction } from '@likeness/runtime'
import type { AccountsConfig } from '../config.js'
import type { OneTimeTokens } from '../credentials/one-time-tokens.js'
import type { Origin } from '../database/activities.table.js'
import type { Tables } from '../database/database.js'
import { insertMail, type MailData, type MailKind } from '../database/mails.table.js'
import { insertToken, type TokenPurpose } from '../database/one-time-tokens.table.js'

/** How long a notice without a token is worth sending. */
const noticeSeconds = 3 * 86_400

type Recipient = {
  /** null for who is about to go: the mail outlives them. */
  readonly id: string | null
  readonly nickname: string
  readonly email: string
  readonly locale: string | null
}

/**
 * Writes a mail that tells of what this transaction does. Enqueue `send-mail` with the id once it is
 * committed; upkeep does where that fails.
 * @param to whose language it is in: their own, else that of the request
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
 * Writes a mail with a link that proves, once, that its reader reads the mails of `to.email`.
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
    // Who has an account already gets no key to another; the row of it was made so that the work is the same.
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

/** How mails name the device and place of a request. */
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

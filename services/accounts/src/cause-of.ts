import { ServiceAwayError } from '@likeness/runtime/call-service'
import { isDatabaseAway } from '@likeness/runtime/database-errors'
import { NotYet } from '@likeness/runtime/job'
import { MailAwayError, MailRefusedError } from './mail/mailer.js'

/** A word for what made a job fail, found in the error or in one that it names as its cause. */
export function causeOf(error: unknown): string {
  if (error instanceof MailRefusedError) return 'mail-refused'
  if (error instanceof MailAwayError) return 'mail-away'
  if (error instanceof ServiceAwayError) return 'media-away'
  if (isDatabaseAway(error)) return 'database-away'
  if (error instanceof Error && error.cause !== undefined) return causeOf(error.cause)
  return error instanceof NotYet ? 'not-yet' : 'unexpected'
}

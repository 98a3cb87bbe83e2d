import type { Changes, TellOwner } from '@likeness/contracts'
import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { byActor, hasActivity, insertActivity, ourselves } from '../database/activities.table.js'
import { lockPerson } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { queueNotice } from '../mail/queue-mail.js'
import { problem } from '../problems.js'

/** The acts that are worth an e-mail, and its template; the others are found in the activity. */
const mails = {
  'upload-refused': 'upload-refused',
  'picture-held': 'picture-held',
  'avatar-failed': 'avatar-failed',
  'webhook-paused': 'webhook-paused',
  'webhook-disabled': 'webhook-disabled',
} as const
type Mailed = keyof typeof mails

/**
 * What each act changed of the uploads, or of the webhook. The trail of each upload has it too, and the states that these
 * leave open.
 */
const changesBy: Readonly<Record<TellOwner['kind'], Changes>> = {
  'upload-refused': { status: { before: 'pending', after: 'rejected' } },
  'picture-held': { held: { before: false, after: true } },
  'hold-lifted': { held: { before: true, after: false } },
  'upload-discarded': { status: { before: 'pending', after: 'discarded' } },
  // The notice has the status before.
  'picture-erased': {},
  'avatar-failed': { status: { before: 'confirmed', after: 'failed' } },
  'webhook-paused': { state: { before: 'enabled', after: 'paused' } },
  'webhook-disabled': { state: { before: 'enabled', after: 'disabled' } },
}

/** `toAccounts.tellOwner`: each notice is told once, however often the call is repeated. */
export const tellOwnerHandler =
  (deps: ApiDeps): Handler<typeof toAccounts.tellOwner> =>
  async (request, reply) => {
    const { id: userId } = request.params
    const { noticeId, kind, uploadIds, actor, reason, byMail, webhook } = request.body
    const mailId = await deps.db.transaction().execute(async (trx) => {
      const person = await lockPerson(trx, userId)
      if (!person) throw problem('user-not-found')
      if (await hasActivity(trx, userId, kind, { noticeId })) return undefined
      const details = { noticeId, ...(webhook ? { webhook } : { uploadIds, reason }) }
      const changes = request.body.changes ?? changesBy[kind]
      await insertActivity(trx, { userId, type: kind, ...byActor(userId, actor), changes, details })
      if (!byMail || !isMailed(kind)) return undefined
      const data = webhook ? { url: webhook.url } : { reason: reason ?? '–' }
      return queueNotice(trx, mails[kind], person, ourselves, data)
    })
    if (mailId !== undefined) deps.enqueue('send-mail', { mailId })
    return reply.code(204).send()
  }

const isMailed = (kind: string): kind is Mailed => kind in mails

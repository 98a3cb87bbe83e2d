import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { hasActivity, insertActivity, type Origin, ourselves } from '../database/activities.table.js'
import { lockPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { queueNotice } from '../mail/queue-mail.js'
import { problem } from '../problems.js'

/** The acts that are worth an e-mail, and its template; the others are found in the activity. */
const mails = {
  'upload-refused': 'upload-refused',
  'picture-held': 'picture-held',
  'avatar-failed': 'avatar-failed',
} as const
type Mailed = keyof typeof mails

/** `toAccounts.tellOwner`: each notice is told once, however often the call is repeated. */
export const tellOwnerHandler =
  (deps: ApiDeps): Handler<typeof toAccounts.tellOwner> =>
  async (request, reply) => {
    const { id: userId } = request.params
    const { noticeId, kind, uploadIds, actorId, reason, byMail } = request.body
    const mailId = await deps.db.transaction().execute(async (trx) => {
      const person = await lockPerson(trx, userId)
      if (!person) throw problem('user-not-found')
      if (await hasActivity(trx, userId, kind, { noticeId })) return undefined
      const details = { noticeId, uploadIds, reason }
      await insertActivity(trx, { userId, type: kind, origin: originOf(actorId), actorId, details })
      if (!byMail || !isMailed(kind)) return undefined
      return queueNotice(trx, mails[kind], person, ourselves, { reason: reason ?? '–' })
    })
    if (mailId !== undefined) deps.enqueue('send-mail', { mailId })
    return reply.code(204).send()
  }

const isMailed = (kind: string): kind is Mailed => kind in mails

/** Media does not say from where an operator acted. */
const originOf = (actorId: string | null): Origin =>
  actorId === null ? { ...ourselves, kind: 'service' } : { ip: null, userAgent: null, language: 'en' }

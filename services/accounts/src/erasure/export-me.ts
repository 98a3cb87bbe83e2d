import { Readable } from 'node:stream'
import { type me, toMedia } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import { ZipFile } from 'yazl'
import { viewOwnActivity } from '../activity/list-activity.js'
import { listActivities } from '../database/activities.table.js'
import { listMailsOf } from '../database/mails.table.js'
import { findPerson } from '../database/people.queries.js'
import { listSessionsOf } from '../database/sessions.table.js'
import type { ApiDeps } from '../deps.js'
import { takeAttempt } from '../limits/limits.js'
import { problem } from '../problems.js'
import { viewUser } from '../profiles/user-view.js'

/** `me.export`: streams the ZIP. */
export const exportMeHandler =
  (deps: ApiDeps): Handler<typeof me.export> =>
  async (request, reply) => {
    const { id } = callerOf(request)
    await takeAttempt(deps, { 'export-hour': id })
    const zip = await exportMe(deps, id)
    const name = `likeness-${new Date().toISOString().slice(0, 10)}.zip`
    return reply
      .type('application/zip')
      .header('content-disposition', `attachment; filename="${name}"`)
      .code(200)
      .send(zip)
  }

/** @throws Problem `overloaded` when media is unavailable */
async function exportMe(deps: ApiDeps, id: string) {
  const { db, media } = deps
  const person = await findPerson(db, id)
  if (!person) throw problem('unauthenticated')
  const { body: pictures } = await media(toMedia.exportUser, { params: { id } }, { timeoutMs: 10_000 }).catch(
    (error: unknown) => {
      deps.logger.warn({ err: error }, 'no export, because media is unavailable')
      throw problem('overloaded', { headers: { 'retry-after': '10' } })
    },
  )
  const activities = await listActivities(db, id, {}, { after: undefined, limit: Number.MAX_SAFE_INTEGER })

  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  const addJson = (name: string, value: unknown) =>
    zip.addBuffer(Buffer.from(JSON.stringify(value, null, 2)), name)
  addJson('account.json', viewUser(person, deps.config))
  addJson('activity.json', activities.map(viewOwnActivity))
  addJson('sessions.json', await listSessionsOf(db, id))
  addJson('mails.json', await listMailsOf(db, id))
  addJson('uploads.json', pictures.uploads)
  for (const { path } of pictures.files) {
    // Each file is read when its turn comes, so only one is in memory. Pictures do not compress further.
    zip.addReadStreamLazy(`pictures/${path}`, { compress: false }, (done) => {
      media(toMedia.readFile, { params: { id }, query: { path } }, { timeoutMs: 60_000 }).then(
        // A file deleted meanwhile is empty.
        (file) => done(null, Readable.from(file.ok ? [file.body] : [])),
        (error: unknown) => output.destroy(error as Error),
      )
    })
  }
  zip.end()
  return output
}

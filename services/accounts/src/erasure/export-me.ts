import { Readable } from 'node:stream'
import { ProblemBody } from '@likeness/contracts'
import { callerOf, type Server } from '@likeness/runtime'
import { ZipFile } from 'yazl'
import { z } from 'zod'
import { viewActivity } from '../activity/list-activity.js'
import { listActivities } from '../database/activities.table.js'
import { listMailsOf } from '../database/mails.table.js'
import { listSessionsOf } from '../database/sessions.table.js'
import { findPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { takeAttempt } from '../limits/limits.js'
import { problem } from '../problems.js'
import { viewUser } from '../users/user-view.js'

/** GET /v1/me/export: a ZIP of all that both services hold on one, as it is read. */
export function exportMeRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/me/export',
    {
      schema: {
        tags: ['me'],
        summary: 'All that is held on me, pictures included, as a ZIP',
        security: [{ accessToken: [] }],
        response: { 200: z.any().describe('application/zip'), '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { id } = callerOf(request)
      await takeAttempt(deps, { 'export-hour': id })
      const zip = await exportMe(deps, id)
      const name = `likeness-${new Date().toISOString().slice(0, 10)}.zip`
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(zip)
    },
  )
}

/** @throws Problem `overloaded` when media is away */
async function exportMe(deps: ApiDeps, id: string) {
  const { db, media } = deps
  const person = await findPerson(db, id)
  if (!person) throw problem('unauthenticated')
  const pictures = await media.exportUser(id).catch((error: unknown) => {
    deps.logger.warn({ err: error }, 'export without media')
    throw problem('overloaded', {}, { headers: { 'retry-after': '10' } })
  })
  const activities = await listActivities(db, id, {}, { after: undefined, limit: Number.MAX_SAFE_INTEGER })

  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  const addJson = (name: string, value: unknown) =>
    zip.addBuffer(Buffer.from(JSON.stringify(value, null, 2)), name)
  addJson('account.json', viewUser(person, deps.config))
  addJson('activity.json', activities.map(viewActivity))
  addJson('sessions.json', await listSessionsOf(db, id))
  addJson('mails.json', await listMailsOf(db, id))
  addJson('uploads.json', pictures.uploads)
  for (const { path } of pictures.files) {
    // Read when its turn comes: one file at a time is in memory, and pictures do not get smaller.
    zip.addReadStreamLazy(`pictures/${path}`, { compress: false }, (done) => {
      media.readFile(id, path).then(
        (bytes) => done(null, Readable.from([bytes])),
        (error: unknown) => output.destroy(error as Error),
      )
    })
  }
  zip.end()
  return output
}

import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import type { FailureGroup, RetryFailures, Step } from '@likeness/contracts'
import { failures, history, uploads } from '@likeness/contracts/endpoints'
import { programFile, waitFor } from '@likeness/test-kit'
import t from 'tap'
import { onlyTask } from '../testing/only-task.js'
import { jpeg, quarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { settled, upload } from '../testing/steps.js'
import { originalKey } from '../uploads/upload-files.js'

const media: Media = await startMedia(t, {
  config: { REQUEUE_AFTER_SECONDS: '1', UPKEEP_SCHEDULE: onlyTask('requeue-stuck') },
})
const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]

const groups = async () => (await max.call(failures.list, {})).body.items
const groupOf = async (step: Step, cause: string): Promise<FailureGroup | undefined> =>
  (await groups()).find((one) => one.step === step && one.cause === cause)
const retry = (body: RetryFailures, query: { dryRun?: 'true' } = {}) =>
  max.call(failures.retry, { query, body })

const bytes = await jpeg()
const lost = [await upload(ana, bytes), await upload(ana, bytes)] as const
const keys = lost.map(originalKey)
for (const key of keys) await media.deps.storage.delete([key])

t.test('what waits before its job has run', async (t) => {
  await waitFor(async () => (await groupOf('prepare', 'no-run'))?.count === 2, {
    for: 'both to wait too long',
  })
  const waits = { state: 'waiting', attempts: 0, lastAt: null, since: lost[0].uploadedAt }
  t.match(await groupOf('prepare', 'no-run'), waits)
})

t.test('what waits because its runs fail, by step and cause', async (t) => {
  media.accounts.status = 503
  await media.work()
  const { id } = await upload(ben)
  await ben.call(uploads.confirm, { params: { id } })
  const unpublished = await waitFor(() => groupOf('publish', 'accounts-away'))
  t.match(unpublished, { state: 'waiting', count: 1 })
  await waitFor(async () => (await groupOf('prepare', 'original-missing'))?.count === 2)
  t.notOk((await groups()).some((one) => one.cause === 'no-run'))

  const query = { step: 'prepare', cause: 'original-missing', state: 'waiting', limit: 1 } as const
  const first = (await max.call(failures.items, { query })).body
  t.match(first.items, [{ uploadId: lost[0].id, userId: ana.id, since: lost[0].uploadedAt }])
  t.ok((first.items[0]?.attempts ?? 0) > 0)
  const next = (await max.call(failures.items, { query: { ...query, cursor: first.nextCursor ?? '' } })).body
  t.match(next, { items: [{ uploadId: lost[1].id }], nextCursor: null })
  const shown = JSON.stringify([await groups(), first, next])
  t.notMatch(shown, /original\/|\/tmp|Error|at /, 'neither a path nor a message of an error')

  media.accounts.status = 204
  t.match(await retry({ step: 'publish', cause: 'accounts-away' }), {
    status: 202,
    body: { retried: 1, dryRun: false, left: false },
  })
  t.equal((await settled(ben, id)).status, 'published')
  t.notOk(await groupOf('publish', 'accounts-away'))
})

t.test('one upload is retried, and all of one cause, never everything', async (t) => {
  t.match(await retry({ step: 'prepare', cause: 'original-missing' }, { dryRun: 'true' }), {
    status: 202,
    body: { retried: 2, dryRun: true },
  })
  for (const key of keys) await media.deps.storage.put(key, bytes)
  const prepared = async (id: string) =>
    (await ana.call(uploads.read, { params: { id } })).body.previewUrl !== null
  t.match((await retry({ uploadId: lost[1].id })).body, { retried: 1 })
  await waitFor(() => prepared(lost[1].id))
  for (const { id } of lost) await waitFor(() => prepared(id))
  t.notOk(await groupOf('prepare', 'original-missing'))

  for (const body of [{}, { step: 'prepare' }, { cause: 'no-run' }, { all: true }]) {
    const answer = await max.send('POST', failures.retry.path, { body })
    t.match(answer, { status: 400, body: { code: 'validation-failed' } }, JSON.stringify(body))
  }
  t.match(await retry({ uploadId: randomUUID() }), { status: 404, body: { code: 'upload-not-found' } })
  t.match(await retry({ uploadId: lost[0].id }), { status: 409, body: { code: 'nothing-waits' } })
  t.match((await retry({ step: 'erase', cause: 'unexpected' })).body, { retried: 0 })

  // A command on the machine is in the audit like an operator.
  const command = [programFile('likeness'), 'failures', 'retry', '--step', 'erase', '--cause', 'unexpected']
  const env = { ...process.env, NODE_OPTIONS: '', LIKENESS_SERVICE: 'media', ...media.env }
  await promisify(execFile)(process.execPath, command, { env })
  const { items } = (await max.call(history.listAudit, { query: { action: 'failures-retried', limit: 2 } }))
    .body
  t.match(items, [
    { actorKind: 'upkeep', actorId: null, details: { step: 'erase', cause: 'unexpected', retried: 0 } },
    { actorKind: 'person', actorId: max.id, details: { step: 'erase', retried: 0 } },
  ])
})

t.test('what ended for good, by its failure code', async (t) => {
  const whole = await quarters(600, 600).png().toBuffer()
  const { id } = await upload(ana, whole.subarray(0, Math.floor(whole.length / 2)))
  t.match(await settled(ana, id), { status: 'rejected', failure: { code: 'invalid-image' } })
  t.match(await groupOf('prepare', 'invalid-image'), { state: 'ended', count: 1 })
  const query = { step: 'prepare', cause: 'invalid-image', state: 'ended' } as const
  t.match((await max.call(failures.items, { query })).body.items, [{ uploadId: id, userId: ana.id }])
  const later = { since: new Date(Date.now() + 60_000).toISOString() }
  t.strictSame((await max.call(failures.list, { query: later })).body.items, [])
  t.match(await retry({ uploadId: id }), { status: 409, body: { code: 'nothing-waits' } })
})

t.test('a confirmed upload that fails for good tells its owner, once accounts takes it', async (t) => {
  media.accounts.status = 503
  const whole = await quarters(500, 500).png().toBuffer()
  const { id } = await upload(ben, whole.subarray(0, Math.floor(whole.length / 2)))
  // Confirmed before it is decoded, or rejected before it is confirmed: whichever comes first.
  const { status } = await ben.call(uploads.confirm, { params: { id } })
  const ended = await settled(ben, id)
  media.accounts.status = 204
  if (status === 410) return t.equal(ended.status, 'rejected')
  t.equal(ended.status, 'failed')
  const notice = await waitFor(() => media.accounts.notices.find(({ uploadIds }) => uploadIds.includes(id)))
  t.match(notice, {
    userId: ben.id,
    kind: 'avatar-failed',
    actor: null,
    reason: 'invalid-image',
    byMail: true,
  })
})

t.test('for managers and admins alone', async (t) => {
  t.match(await ana.call(failures.list, {}), { status: 403, body: { code: 'forbidden' } })
  t.match(await ana.call(failures.retry, { body: { uploadId: lost[0].id } }), { status: 403 })
})

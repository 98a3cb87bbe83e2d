import { queues } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { startMedia } from '../testing/start-media.js'

t.test('administrators look at the queues, which say why a job failed by a word', async (t) => {
  const media = await startMedia(t, { config: { UPKEEP_SCHEDULE: 'off' } })
  const admin = await media.person('admin')
  const params = { kind: 'webhooks' } as const
  for (const role of ['manager', 'user'] as const) {
    const { call } = await media.person(role)
    for (const refused of [await call(queues.list, {}), await call(queues.read, { params, query: {} })])
      t.match(refused, { status: 403, body: { code: 'forbidden' } }, role)
  }
  t.match(await admin.call(queues.read, { params: { kind: 'nothing' as 'light' }, query: {} }), {
    status: 400,
    body: { errors: [{ path: 'kind', code: 'not-a-choice' }] },
  })

  // The database refuses it in words of its own, which the log has.
  await media.deps.queue.add('deliver-webhooks', { endpointId: 'no id' }, 'no id')
  const jobs = async (state: 'waiting' | 'failed') =>
    (await admin.call(queues.read, { params, query: { state } })).body.items
  const ofWebhooks = async () =>
    (await admin.call(queues.list, {})).body.items.find(({ kind }) => kind === 'webhooks')
  t.match(await jobs('waiting'), [{ attempts: 0, cause: null, startedAt: null }])
  t.match(await ofWebhooks(), { jobs: ['deliver-webhooks'], counts: { waiting: 1 }, waitingSince: String })
  await media.work()
  const [failed] = await waitFor(
    async () => {
      const items = await jobs('failed')
      return items.length > 0 && items
    },
    { for: 'the job to fail' },
  )
  t.strictSame(
    { ...failed, id: '', addedAt: '', startedAt: '' },
    {
      ...{ id: '', addedAt: '', startedAt: '', nextAt: null },
      ...{ name: 'deliver-webhooks', payload: { endpointId: 'no id' }, attempts: 1, cause: 'unexpected' },
    },
  )
  t.match(await ofWebhooks(), {
    counts: { waiting: 0, active: 0, delayed: 0, failed: 1 },
    waitingSince: null,
  })
})

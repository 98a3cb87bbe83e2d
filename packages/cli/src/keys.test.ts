import { history, stats } from '@likeness/contracts/endpoints'
import { startMedia } from '@likeness/media/testing'
import { openCalls, waitFor } from '@likeness/test-kit'
import t from 'tap'
import { json, runLikeness as likeness, prefixed } from './testing/run-likeness.js'

t.test('keys create, list and revoke, on the machine and from afar', async (t) => {
  const media = await startMedia(t)
  const admin = await media.person('admin')
  const here = prefixed('MEDIA', media.env)
  const afar = { LIKENESS_URL: media.url, LIKENESS_TOKEN: admin.authorization.replace('Bearer ', '') }
  for (const [where, env] of Object.entries({ here, afar })) {
    const made = await likeness(
      env,
      'keys',
      'create',
      '--name',
      where,
      '--scope',
      'stats:read,history:read',
      '--days',
      '30',
    )
    t.equal(made.status, 0, made.stderr)
    const key = made.stdout.trim()
    const { call } = openCalls(media.url, { token: key })
    t.match(await call(stats.read, {}), { status: 200 })

    const listed = json(await likeness(env, 'keys', 'list', '--json')).keys as Record<string, string>[]
    t.match(listed[0], { name: where, scopes: ['stats:read', 'history:read'] })
    const id = listed[0]?.id ?? ''
    t.equal((await likeness(env, 'keys', 'revoke', id)).status, 2, 'it asks first')
    t.match(await call(stats.read, {}), { status: 200 })
    t.equal((await likeness(env, 'keys', 'revoke', id, '--yes')).status, 0)
    await waitFor(async () => (await call(stats.read, {})).status === 401)
  }
  const { body } = await admin.call(history.listAudit, { query: { action: 'key-created' } })
  t.match(body.items, [
    { actorKind: 'person', actorId: admin.id },
    { actorKind: 'upkeep', actorId: null },
  ])

  const wrong = await likeness(here, 'keys', 'create', '--name', 'x', '--scope', 'everything')
  t.match(wrong, { status: 2, stderr: /scopes/ })
  const nobody = '019366c0-0000-8000-8000-000000000000'
  for (const env of [here, afar])
    t.match(await likeness(env, 'keys', 'revoke', nobody, '--yes'), {
      status: 1,
      stderr: /No such key|No service key/,
    })
})

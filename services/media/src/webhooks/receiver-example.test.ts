import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { webhooks } from '@likeness/contracts/endpoints'
import { freePort, waitFor } from '@likeness/test-kit'
import t from 'tap'
import { startMedia } from '../testing/start-media.js'
import { upload } from '../testing/steps.js'
import { deliverWebhooks } from './deliver-webhooks.job.js'
import { tellWebhooks } from './tell-webhooks.js'

const page = fileURLToPath(new URL('../../../../docs/webhooks.md', import.meta.url))
const library = dirname(dirname(createRequire(import.meta.url).resolve('standardwebhooks')))

t.test('the receiver of docs/webhooks.md takes what is signed, and refuses the rest', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-receiver-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const [, code = ''] = /```js receiver\n(.*?)```/s.exec(await readFile(page, 'utf8')) ?? []
  await writeFile(join(folder, 'receiver.mjs'), code)
  await mkdir(join(folder, 'node_modules'))
  await symlink(library, join(folder, 'node_modules/standardwebhooks'))

  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const media = await startMedia(t, { config: { OUTBOUND_ALLOW: '127.0.0.1' } })
  const admin = await media.person('admin')
  const { body: added } = await admin.call(webhooks.add, { body: { url } })
  const receiver = spawn(process.execPath, ['receiver.mjs'], {
    cwd: folder,
    env: { PORT: String(port), WEBHOOK_SECRET: added.secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => receiver.kill())
  let said = ''
  receiver.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const forge = () => fetch(url, { method: 'POST', body: '{}' }).catch(() => undefined)
  t.match(await waitFor(forge, { for: 'the receiver' }), { status: 400 })

  const ana = await media.person()
  await upload(ana)
  await tellWebhooks(media.deps, { dryRun: false })
  await deliverWebhooks(media.deps, { endpointId: added.id })
  const { body } = await admin.call(webhooks.deliveries, { params: { id: added.id } })
  t.match(body.items, [{ state: 'delivered', last: { status: 204 } }])
  t.equal(said, `${body.items[0]?.id} upload.staged ${ana.id}\n`)
})

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Crop, Upload } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { probe } from '@likeness/images'
import { parseConfig } from '@likeness/runtime/config'
import t from 'tap'
import { MediaConfig } from '../config.js'
import { openWorkerDeps } from '../deps.js'
import { form, quarters, readQuarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait } from '../testing/steps.js'
import { originalKey } from '../uploads/upload-files.js'
import { rerender } from './rerender.js'

const cli = fileURLToPath(new URL('../../bin/likeness-media.js', import.meta.url))
const changed = { AVATAR_SIZES: '32,96', AVATAR_FORMATS: 'webp,jpeg,avif' }

async function command(media: Media, ...parameters: string[]) {
  const env = { ...process.env, NODE_OPTIONS: '', ...media.env, ...changed }
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'rerender', '--json', ...parameters], {
    env,
  })
  return JSON.parse(stdout) as unknown
}

/** A person with two published avatars, of which the later one is live. */
async function started(t: Tap) {
  const media = await startMedia(t, { config: { AVATAR_SIZES: '32,64' } })
  await media.work()
  const ana = await media.person()
  const publish = async (crop?: Crop) => {
    const picture = await quarters(300, 200).png().toBuffer()
    const { body } = await ana.call(uploads.create, { body: form(picture) })
    const done = await andWait(ana, uploads.confirm, body.id, crop && { crop })
    t.equal(done.body.status, 'published')
    return done.body
  }
  const first = await publish()
  const second = await publish({ x: 150, y: 100, width: 100, height: 100 })
  const read = async (id: string) => (await ana.call(uploads.read, { params: { id } })).body
  const bytesOf = async (url: string | undefined) =>
    Buffer.from(await (await fetch(`${media.url}${new URL(url ?? '').pathname}`)).arrayBuffer())
  return { media, ana, first, second, read, bytesOf }
}

type Tap = Parameters<typeof startMedia>[0]

t.test('a new configuration’s sizes and formats are rendered, and existing ones stay', async (t) => {
  const { media, ana, first, second, read, bytesOf } = await started(t)
  const before = await bytesOf(first.avatar?.urls['64']?.webp)
  t.strictSame(await command(media, '--dry-run'), {
    incomplete: 2,
    rendered: 0,
    withoutOriginal: 0,
    failed: 0,
  })
  t.strictSame(
    Object.keys((await read(first.id)).avatar?.urls ?? {}),
    ['32', '64'],
    'a dry run makes nothing',
  )

  t.match(await command(media), { incomplete: 2, rendered: 2 })
  for (const { id, avatar: old } of [first, second]) {
    const { avatar } = await read(id)
    t.equal(avatar?.version, old?.version)
    t.strictSame(Object.keys(avatar?.urls ?? {}), ['32', '64', '96'])
    for (const [size, urls] of Object.entries(avatar?.urls ?? {})) {
      t.strictSame(Object.keys(urls).toSorted(), ['avif', 'jpeg', 'webp'])
      for (const [format, url] of Object.entries(urls)) {
        const found = await probe(await bytesOf(url), { maxPixels: 10_000, minPixels: 1 })
        t.match(found, { format, width: Number(size), height: Number(size) })
      }
    }
  }
  t.same(await bytesOf(first.avatar?.urls['64']?.webp), before)
  const { avatar } = await read(second.id)
  t.equal(
    await readQuarters(await bytesOf(avatar?.urls['96']?.webp)),
    'yyyy',
    'with the crop it was confirmed with',
  )

  // The profile that shows it has the new addresses; nothing is told about the version before.
  t.match(media.accounts.told.at(-1), {
    userId: ana.id,
    version: second.avatar?.version,
    sizes: [32, 64, 96],
    formats: ['avif', 'webp', 'jpeg'],
  })
  t.equal(media.accounts.told.length, 3)
  t.match(await command(media), { incomplete: 0, rendered: 0 }, 'and once is enough')
})

t.test('a run that ends early goes on where it ended', async (t) => {
  const { media, first, second, read } = await started(t)
  const deps = await openWorkerDeps(parseConfig(MediaConfig, { ...media.env, ...changed }))
  t.teardown(() => deps.close())
  media.accounts.status = 500
  await t.rejects(rerender(deps, { dryRun: false }), /accounts answered 500/)
  media.accounts.status = 204
  // An avatar that is not shown needs no accounts; the live one is done now.
  const progress: string[] = []
  const tell = ({ incomplete }: { incomplete: number }, total: number) =>
    progress.push(`${incomplete} of ${total}`)
  t.match(await rerender(deps, { dryRun: false }, tell), { rendered: 1 })
  t.strictSame(progress, ['1 of 1'])
  for (const { id } of [first, second]) {
    t.strictSame(Object.keys((await read(id)).avatar?.urls ?? {}), ['32', '64', '96'])
  }
})

t.test('without its original, or with one that is broken, an avatar stays as it is', async (t) => {
  const { media, first, second, read } = await started(t)
  const key = (upload: Upload) => originalKey(upload)
  await media.deps.storage.delete([key(first)])
  await media.deps.storage.put(key(second), Buffer.from('GIF89a, once'))
  // It ends with 3, since something is left.
  const { code, stdout } = await command(media).then(
    () => ({ code: 0, stdout: '{}' }),
    (error: { code: number; stdout: string }) => error,
  )
  t.equal(code, 3)
  t.match(JSON.parse(stdout), { incomplete: 2, rendered: 0, withoutOriginal: 1, failed: 1 })
  for (const { id, avatar } of [first, second]) t.same((await read(id)).avatar, avatar)
})

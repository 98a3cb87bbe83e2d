import { createHash } from 'node:crypto'
import { addressOf } from '@likeness/contracts'
import { avatars, uploads } from '@likeness/contracts/endpoints'
import { parseConfig } from '@likeness/runtime/config'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { MediaConfig } from '../config.js'
import { openWorkerDeps } from '../deps.js'
import { quarters, readQuarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { publish } from '../testing/steps.js'
import { rerender } from './rerender.js'

/** A GIF of three frames: upright, turned and mirrored. */
async function gif(): Promise<Buffer> {
  const upright = await quarters(300, 200).png().toBuffer()
  const frames = [
    upright,
    await sharp(upright).rotate(180).toBuffer(),
    await sharp(upright).flop().toBuffer(),
  ]
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: [50, 100, 150], loop: 2 })
    .toBuffer()
}

const all = ['rgby', 'ybgr', 'gryb']

/** The quarters of each frame. */
async function read(bytes: Buffer): Promise<string[]> {
  const { pages = 1 } = await sharp(bytes).metadata()
  const frames = Array.from({ length: pages }, (_, page) => sharp(bytes, { page }).png().toBuffer())
  return Promise.all((await Promise.all(frames)).map(readQuarters))
}

async function published(t: Test, frames: Record<string, string>) {
  const media = await startMedia(t, { config: { AVATAR_SIZES: '32,64', ...frames } })
  await media.work()
  const person = await media.person()
  const hash = createHash('md5').update('ana@example.org').digest('hex')
  media.accounts.people.set(person.id, { initials: 'AS', hashes: [hash] })
  const upload = await publish(person, await gif())
  const get = async (path: string, accept = 'image/avif,image/webp,*/*') => {
    const answer = await person.send('GET', path, { headers: { accept } })
    return { type: answer.headers.get('content-type'), frames: await read(answer.bytes), bytes: answer.bytes }
  }
  const avatar = addressOf(avatars.serve, { params: { userId: person.id } })
  return { media, person, hash, upload, avatar, get }
}

t.test('an animation moves where WebP is understood, and is a still elsewhere', async (t) => {
  const { hash, upload, avatar, get } = await published(t, { ANIMATED_FRAMES: '60' })
  const webp = await get(`${avatar}?size=64`)
  t.match(webp, { type: 'image/webp', frames: all })
  t.match(await sharp(webp.bytes).metadata(), { delay: [50, 100, 150], loop: 2, width: 64, height: 64 })
  t.match(await get(new URL(upload.avatar?.urls['32']?.webp ?? '').pathname), { frames: all })
  for (const still of [await get(`${avatar}?format=jpeg`), await get(avatar, 'image/jpeg')]) {
    t.strictSame([still.type, still.frames], ['image/jpeg', ['rgby']])
  }
  t.strictSame((await get(addressOf(uploads.preview, { params: { id: upload.id } }))).frames, ['rgby'])
  for (const size of [64, 50]) {
    const { type, frames } = await get(`/avatar/${hash}?s=${size}`)
    t.strictSame([type, frames], ['image/webp', ['rgby']], 'as Gravatar: a still')
  }
})

t.test('as many frames as are allowed; one by default', async (t) => {
  const two = await published(t, { ANIMATED_FRAMES: '2' })
  t.strictSame((await two.get(two.avatar)).frames, all.slice(0, 2))
  const none = await published(t, {})
  t.strictSame((await none.get(none.avatar)).frames, ['rgby'])
})

t.test('a size made later moves, or not, like the existing ones', async (t) => {
  const later = async (media: Media, frames: string) => {
    const env = { ...media.env, AVATAR_SIZES: '32,64,96', ANIMATED_FRAMES: frames }
    const deps = await openWorkerDeps(parseConfig(MediaConfig, env))
    t.teardown(() => deps.close())
    t.match(await rerender(deps, { dryRun: false }), { rendered: 1 })
  }
  const moving = await published(t, { ANIMATED_FRAMES: '60' })
  await later(moving.media, '1')
  const still = await published(t, {})
  await later(still.media, '60')
  for (const [{ person, get, upload }, frames] of [
    [moving, all],
    [still, ['rgby']],
  ] as const) {
    const { avatar } = (await person.call(uploads.read, { params: { id: upload.id } })).body
    t.strictSame((await get(new URL(avatar?.urls['96']?.webp ?? '').pathname)).frames, frames)
  }
})

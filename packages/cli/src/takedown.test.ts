import { avatars, history, moderation, people, serviceKeys, uploads } from '@likeness/contracts/endpoints'
import { startMedia } from '@likeness/media/testing'
import { openCalls, startIssuer, waitFor } from '@likeness/test-kit'
import t from 'tap'
import { bmp } from './testing/bmp.js'
import { json, runLikeness as likeness } from './testing/run-likeness.js'

const issuer = await startIssuer(t)
const ISSUERS = JSON.stringify([{ alias: 'shop', issuer: issuer.url, audience: ['product'] }])
const media = await startMedia(t, { config: { ISSUERS } })
await media.work()
const max = await media.person('manager')
const root = await media.person('admin')
const as = ({ authorization }: { authorization: string }) => ({
  LIKENESS_URL: media.url,
  LIKENESS_TOKEN: authorization.replace('Bearer ', ''),
})

type Person = Pick<typeof max, 'call'>

/** A picture with a look: blocks of eight shades. @param tint makes other bytes that look alike */
function blocks(tint = 0): Uint8Array<ArrayBuffer> {
  const picture = bmp()
  for (let at = 54; at < picture.length; at += 1) {
    const pixel = Math.floor((at - 54) / 3)
    const [column, row] = [Math.floor((pixel % 64) / 8), Math.floor(pixel / 512)]
    picture[at] = ((column * 37 + row * 91 + column * row * 13) % 200) + 20 + tint
  }
  return picture
}

async function publish({ call }: Person, picture: Uint8Array<ArrayBuffer>) {
  const body = new FormData()
  body.append('image', new Blob([picture]), 'me.bmp')
  const { id } = (await call(uploads.create, { body })).body
  await call(uploads.confirm, { params: { id }, body: {} })
  return waitFor(
    async () => {
      const found = (await call(uploads.read, { params: { id } })).body
      return found.status === 'published' && found
    },
    { for: 'the avatar' },
  )
}
const statusOf = async ({ call }: Person, id: string) =>
  (await call(uploads.read, { params: { id } })).body.status

t.test('takedown lists every use of an address, and takes down just that', async (t) => {
  const [ana, ben, eve, kim] = [
    await media.person(),
    await media.person(),
    await media.person(),
    await media.person(),
  ]
  const [hers, his] = [await publish(ana, blocks()), await publish(ben, blocks())]
  const alike = await publish(eve, blocks(2))
  const other = await publish(kim, bmp(90))
  const address = hers.avatar?.urls['64']?.webp ?? ''
  const run = (...args: string[]) => likeness(as(max), 'takedown', ...args)

  t.match(await likeness(media.env, 'takedown', address), { status: 2, stderr: /--url/ })
  const listed = await run(address, '--json')
  t.equal(listed.status, 0, listed.stderr)
  t.match(json(listed), { uploadId: hers.id, total: 2, toTakeDown: 2, users: 2, alike: null })
  const wide = json(await run(address, '--alike', '8', '--json'))
  t.match(wide, { total: 3, alike: 8, hasLook: true })
  const found = (wide.items as { uploadId: string }[]).map(({ uploadId }) => uploadId)
  t.strictSame(found.toSorted(), [hers.id, his.id, alike.id].toSorted())

  const reason = ['--reason', 'Shows somebody else']
  t.match(await run(address, ...reason), { status: 2, stderr: /takes down 2 uploads of 2 users.*--yes/s })
  t.match(await run(address, '--except', his.id, ...reason), { stderr: /takes down 1 upload of 1 user/ })
  t.match(await run(address, ...reason, '--dry-run'), { status: 0, stdout: /2 to take down/ })
  t.match(await run(address, '--alike', 'many'), { status: 2, stderr: /--alike must be a whole number/ })
  t.equal(await statusOf(ana, hers.id), 'published', 'nothing was done yet')

  const act = await run(address, '--alike', '8', '--block', '--except', his.id, ...reason, '--yes', '--json')
  t.equal(act.status, 0, act.stderr)
  t.match(json(act), { actorId: max.id, finishedAt: String, uploads: { withdrawn: 2, left: 1 } })
  for (const [person, { id }, status] of [
    [ana, hers, 'withdrawn'],
    [ben, his, 'published'],
    [eve, alike, 'withdrawn'],
    [kim, other, 'published'],
  ] as const)
    t.equal(await statusOf(person, id), status)
  const params = { userId: ana.id }
  t.match(await ana.call(avatars.serve, { params, query: { default: '404' } }), { status: 404 })
  t.match((await max.call(moderation.listBlockedImages)).body.items, [{ sha256: hers.sha256, distance: 8 }])
  const body = new FormData()
  body.append('image', new Blob([blocks()]), 'again.bmp')
  t.match(await kim.call(uploads.create, { body }), { status: 422, body: { code: 'blocked-image' } })

  t.match(await run(address, '--except', 'x', ...reason, '--yes'), { status: 2, stderr: /except/ })
  t.match(await run('https://example.org/a.jpg'), { status: 1, stderr: /address/i })
  t.match(await likeness(as(ana), 'takedown', address), { status: 1, stderr: /may not/ })
})

t.test('erase takes one upload, all pictures of a user, or a person', async (t) => {
  const ana = await media.person()
  const first = await publish(ana, bmp(10))
  const second = await publish(ana, bmp(20))
  const third = await publish(ana, bmp(30))
  const run = (...args: string[]) => likeness(as(max), 'erase', ...args)
  t.match(await likeness(media.env, 'erase', 'upload', first.id), { status: 2, stderr: /--url/ })
  t.match(await run('upload', first.id), { status: 2, stderr: /erases the upload/ })
  t.match(json(await run('upload', first.id, '--dry-run', '--json')), { status: 'superseded', erased: false })
  t.equal(await statusOf(ana, first.id), 'superseded')
  t.match(json(await run('upload', first.id, '--yes', '--json')), { userId: ana.id, erased: true })
  t.match(await ana.call(uploads.read, { params: { id: first.id } }), { status: 404 })
  t.match(await run('upload', third.id, '--yes'), { status: 1, stderr: /avatar/ })

  const reason = ['--reason', 'Asked by letter']
  t.match(await likeness(as(max), 'erase', 'pictures', ana.id, '--yes'), { status: 2, stderr: /--reason/ })
  t.match(json(await run('pictures', ana.id, ...reason, '--dry-run', '--json')), { withdrawn: 1, erased: 2 })
  t.match(json(await run('pictures', ana.id, ...reason, '--yes', '--json')), { withdrawn: 1, erased: 2 })
  t.strictSame((await ana.call(uploads.list, {})).body.items, [])
  const trail = await max.call(history.trail, { params: { uploadId: second.id } })
  t.match(trail.body.items.at(-1), { type: 'erased', actorId: max.id })
  t.match(json(await run('pictures', ana.id, ...reason, '--yes', '--json')), { withdrawn: 0, erased: 0 })

  const foreign = openCalls(media.url, { token: await issuer.token({ sub: 'ana/1' }) })
  const theirs = await publish(foreign, bmp(40))
  const scopes = ['people:read', 'people:erase'] as const
  const { key } = (await root.call(serviceKeys.create, { body: { name: 'x', scopes: [...scopes] } })).body
  const byKey = { LIKENESS_URL: media.url, LIKENESS_TOKEN: key }
  const person = ['erase', 'person', 'shop', 'ana/1']
  t.match(await likeness(byKey, ...person), { status: 2, stderr: /--yes/ })
  t.match(json(await likeness(byKey, ...person, '--dry-run', '--json')), { id: theirs.userId, erased: false })
  const erased = await likeness(byKey, ...person, '--yes', '--json')
  t.match(json(erased), { id: theirs.userId, subject: 'ana/1', erased: true }, erased.stderr)
  const params = { issuer: 'shop', subject: 'ana/1' }
  t.match(await root.call(people.read, { params }), { status: 404 })
  t.match(await likeness(byKey, ...person, '--yes'), { status: 1, stderr: /person/i })
  t.match(await likeness(byKey, 'erase', 'upload', theirs.id, '--yes'), { status: 1, stderr: /may not/ })
})

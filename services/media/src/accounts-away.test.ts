import { avatars, uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { quarters, readQuarters } from './testing/pictures.js'
import { startMedia } from './testing/start-media.js'
import { eventsOf, publish, upload } from './testing/steps.js'

t.jobs = 2

/** The tries it takes until the job waits its longest between two of them. */
const refusals = 8

/** Someone with an avatar, and then accounts refuses every call. */
async function withoutAccounts(t: Test) {
  const media = await startMedia(t)
  const { accounts } = media
  await media.work()
  const person = await media.person()
  const first = await publish(person)
  accounts.status = 503
  let refused = 0
  accounts.beforeAvatar = async () => {
    if (accounts.status === 503) refused += 1
  }
  const read = async (id: string) => (await person.call(uploads.read, { params: { id } })).body
  return {
    media,
    person,
    first,
    read,
    /** Confirms a picture, and waits until media shows it. */
    confirm: async (bytes?: Buffer) => {
      const { id } = await upload(person, bytes)
      await person.call(uploads.confirm, { params: { id } })
      await waitFor(async () => (await eventsOf(media, id)).includes('rendered'))
      return id
    },
    /** Accounts is back: what it is told from then on, until this upload is published. */
    back: async (id: string) => {
      await waitFor(() => refused >= refusals, { for: 'many tries' })
      t.match(await read(id), { status: 'confirmed' }, 'it waited')
      accounts.told = []
      accounts.status = 204
      await waitFor(async () => (await read(id)).status === 'published')
      return accounts.told
    },
  }
}

t.test('accounts is away for long: the picture is live, then in the profile', async (t) => {
  const { media, person, first, read, confirm, back } = await withoutAccounts(t)
  const id = await confirm(await quarters(300, 300).png().toBuffer())
  t.equal(
    await readQuarters(
      (await person.call(avatars.serve, { params: { userId: person.id }, query: { format: 'webp' } })).body,
    ),
    'rgby',
  )
  t.match(await back(id), [{ userId: person.id, uploadId: id }])
  t.equal(media.accounts.told.length, 1, 'told once')
  t.strictSame((await eventsOf(media, id)).slice(-2), ['rendered', 'published'])
  t.match(await read(first.id), { status: 'superseded' })
})

t.test('two pictures while accounts is away: it is told of the later only', async (t) => {
  const { media, person, first, read, confirm, back } = await withoutAccounts(t)
  const earlier = await confirm()
  const later = await confirm(await quarters(300, 300).png().toBuffer())
  t.match(await back(later), [{ userId: person.id, uploadId: later }])
  await waitFor(async () => (await read(earlier)).status === 'superseded')
  t.equal(media.accounts.told.length, 1, 'told once')
  for (const id of [first.id, earlier]) {
    t.equal((await eventsOf(media, id)).filter((type) => type === 'superseded').length, 1)
  }
  t.equal(
    await readQuarters(
      (await person.call(avatars.serve, { params: { userId: person.id }, query: { format: 'webp' } })).body,
    ),
    'rgby',
  )
})

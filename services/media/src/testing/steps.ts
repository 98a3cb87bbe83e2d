import type { ConfirmUpload, Upload } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { type Answer, waitFor } from '@likeness/test-kit'
import { listFileIds } from '../database/uploads.table.js'
import { form, jpeg } from './pictures.js'
import type { Media } from './start-media.js'

type Person = Awaited<ReturnType<Media['person']>>

/** Uploads a picture. */
export async function upload(person: Person, bytes?: Buffer): Promise<Upload> {
  const answer = await person.call(uploads.create, { body: form(bytes ?? (await jpeg())) })
  if (answer.status !== 201)
    throw new Error(`upload answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** Uploads a picture, confirms it and waits until it is published; needs a worker. */
export async function publish(person: Person, bytes?: Buffer, choice: object = {}): Promise<Upload> {
  const { id } = await upload(person, bytes)
  const answer = await andWait(person, uploads.confirm, id, choice)
  if (answer.body.status !== 'published') throw new Error(`confirm answered ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** Confirms or restores, waiting as `Prefer: wait` does, but for as long as it takes: a 202 is waited on. */
export async function andWait(
  person: Person,
  endpoint: typeof uploads.confirm | typeof uploads.restore,
  id: string,
  body?: ConfirmUpload,
): Promise<Answer<Upload>> {
  const answer = await person.call(endpoint, { params: { id }, body, headers: { prefer: 'wait=30' } })
  if (answer.status !== 202) return answer
  await settled(person, answer.body.id)
  return person.call(uploads.read, { params: { id: answer.body.id } })
}

/** Waits until an upload is no longer on its way. */
export const settled = (person: Person, id: string): Promise<Upload> =>
  waitFor(
    async () => {
      const { body } = await person.call(uploads.read, { params: { id } })
      return body.status !== 'pending' && body.status !== 'confirmed' && body
    },
    { for: `upload ${id} to settle` },
  )

/** Waits until every pending upload has its preview: from then on the worker adds nothing to the trail by itself. */
export const allPrepared = ({ deps }: Media): Promise<true> =>
  waitFor(
    async () => {
      const unprepared = deps.db.selectFrom('uploads').select('id')
      const rows = await unprepared.where('status', '=', 'pending').where('prepared_at', 'is', null).execute()
      return rows.length === 0
    },
    { for: 'the previews' },
  )

/** An upload without its preview's signature, which is another in every minute. */
export const unsigned = (upload: Upload) => ({
  ...upload,
  previewUrl: upload.previewUrl?.replace(/\?.*/, ''),
})

/** The types of an upload's events, in order. */
export async function eventsOf(media: Media, id: string): Promise<string[]> {
  const rows = await media.deps.db
    .selectFrom('upload_events')
    .select('type')
    .where('upload_id', '=', id)
    .orderBy('seq')
    .execute()
  return rows.map((row) => row.type)
}

/** The keys of the blobs of every upload that a person has a row of. */
export async function blobsOf(media: Media, userId: string, prefix = ''): Promise<string[]> {
  const ids = await listFileIds(media.deps.db, userId)
  return (await blobs(media, prefix)).filter((key) => ids.some((id) => key.includes(id)))
}

/** The keys of every blob. */
export async function blobs(media: Media, prefix = ''): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of media.deps.storage.list(prefix)) keys.push(key)
  return keys
}

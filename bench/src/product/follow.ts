import { uploads } from '@likeness/contracts/endpoints'

/** Waits for one event of an upload, on its stream of server-sent events. @throws Error when it fails instead */
export async function followUpload(
  media: string,
  token: string,
  id: string,
  event: 'preview' | 'published',
): Promise<void> {
  const path = uploads.follow.path.replace(':id', id)
  const answer = await fetch(`${media}${path}`, { headers: { authorization: `Bearer ${token}` } })
  const decoder = new TextDecoder()
  let seen = ''
  for await (const chunk of answer.body ?? []) {
    seen += decoder.decode(chunk as Uint8Array, { stream: true })
    if (new RegExp(`^event: ?${event}$`, 'm').test(seen)) return
  }
  throw new Error(`the stream of ${id} ended without ${event}: ${answer.status} ${seen}`)
}

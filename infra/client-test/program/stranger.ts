// A program of a stranger, with nothing installed but the client.
import {
  call,
  createAvatarFlow,
  createClient,
  createSession,
  inLocalStorage,
  isProblem,
  operators,
  pages,
  type Upload,
  uploads,
} from '@likeness/client'

export async function everything(file: File): Promise<string[]> {
  const session = createSession({ url: 'https://likeness.example', mode: 'bearer', store: inLocalStorage() })
  const { username } = await session.logIn({ login: 'ada', password: 'plum violin harbour 92' })
  const client = createClient({ url: 'https://likeness.example', getToken: session.getToken })
  const staged: Upload = await uploads.send(client, file, { onProgress: (share) => share.toFixed(1) })
  try {
    const live = await uploads.confirm(client, staged.id, { crop: { x: 0, y: 0, width: 9, height: 9 } })
    const address: string | undefined = live.avatar?.urls['256']?.webp
    const { headers, body } = await call(client, 'GET /v1/me')
    const names: string[] = [username, body.profile.nickname, address ?? '', headers.get('etag') ?? '']
    for await (const { userId } of pages((page) => operators.history(client, { limit: 9, ...page }))) {
      names.push(userId)
    }
    // @ts-expect-error an upload has no such field
    names.push(live.name)
    return names
  } catch (error) {
    if (!isProblem(error, 'invalid-crop')) throw error
    // @ts-expect-error it is the code that was asked for
    if (error.code === 'upload-expired') throw new Error('It cannot be that.')
    return [error.field('crop.width') ?? error.detail]
  }
}

export function flow(file: File): string {
  const flow = createAvatarFlow(createClient())
  flow.pick(file)
  const snapshot = flow.getSnapshot()
  if (snapshot.step === 'sending') return `${snapshot.share} of ${snapshot.task.file.name}`
  return snapshot.step === 'cropping' ? snapshot.upload.id : snapshot.step
}

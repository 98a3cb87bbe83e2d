// A program as users of the API write it, with a client made of nothing but `/openapi.json`. The test compiles it
// with the generated types beside it, and runs it.
import createClient from 'openapi-fetch'
import type { components, paths } from './api.js'

type Upload = components['schemas']['Upload']

/** The flow in two steps, twice: with raw bytes and with a form. */
export async function runFlow({ url, picture }: { url: string; picture: Blob }) {
  const client = createClient<paths>({ baseUrl: url })

  const person = {
    username: 'generated',
    email: 'generated@example.com',
    password: 'gravel-lantern-otter-41',
  }
  const registered = await client.POST('/v1/users', { body: person })
  if (registered.error) throw new Error(registered.error.detail)
  const again = await client.POST('/v1/users', { body: person })
  const taken = again.error?.code

  const session = await client.POST('/v1/sessions', {
    body: { login: person.username, password: person.password },
  })
  if (session.error) throw new Error(session.error.detail)
  const authorization = `Bearer ${session.data.accessToken}`
  client.use({
    onRequest({ request }) {
      request.headers.set('authorization', authorization)
    },
  })

  const raw = await client.POST('/v1/uploads', {
    params: { query: { filename: 'raw.jpg' }, header: { 'idempotency-key': 'the first' } },
    body: picture,
    bodySerializer: (bytes) => bytes,
    headers: { 'content-type': picture.type },
  })
  if (raw.error) throw new Error(raw.error.detail)
  const location = raw.response.headers.get('location')
  const published = await confirm(raw.data)

  const form = await client.POST('/v1/uploads', {
    body: { image: picture, filename: 'form.jpg' },
    bodySerializer(body) {
      const form = new FormData()
      for (const [name, value] of Object.entries(body)) form.set(name, value as string | Blob)
      return form
    },
  })
  if (form.error) throw new Error(form.error.detail)
  const second = await confirm(form.data)

  const other = await client.POST('/v1/uploads/{id}/confirm', {
    params: { path: { id: second.id } },
    body: { crop: { x: 1, y: 1, width: 20, height: 20 } },
  })
  if (!other.error) throw new Error('A confirmed upload was confirmed with another crop.')
  const refusal = other.error.code
  // @ts-expect-error confirming has no such problem
  if (refusal === 'preview-not-ready') throw new Error('It cannot be that.')

  const me = await client.GET('/v1/me')
  if (me.error) throw new Error(me.error.detail)

  const names: (string | null)[] = []
  let cursor: string | undefined
  do {
    const page = await client.GET('/v1/uploads', {
      params: { query: { limit: 1, ...(cursor !== undefined && { cursor }) } },
    })
    if (page.error) throw new Error(page.error.detail)
    names.push(...page.data.items.map(({ originalFilename }) => originalFilename))
    cursor = page.data.nextCursor ?? undefined
  } while (cursor !== undefined)

  const missing = await client.GET('/v1/users/{id}', { params: { path: { id: published.id } } })
  return { taken, location, published, second, refusal, me: me.data, names, missing: missing.error?.code }

  /** Looks at the preview, then confirms a square of it. */
  async function confirm({ id }: Upload): Promise<Upload> {
    const path = { id }
    const preview = await readPreview(id)
    if (!preview.type.startsWith('image/')) throw new Error(`The preview is ${preview.type}.`)
    const confirmed = await client.POST('/v1/uploads/{id}/confirm', {
      params: { path, header: { prefer: 'wait=30' } },
      body: { crop: { x: 0, y: 0, width: 32, height: 32 }, altText: 'A square' },
    })
    if (confirmed.error) throw new Error(confirmed.error.detail)
    let upload = confirmed.data
    while (upload.status === 'confirmed') {
      const read = await client.GET('/v1/uploads/{id}', { params: { path } })
      if (read.error) throw new Error(read.error.detail)
      upload = read.data
    }
    return upload
  }

  /** Asks until the worker has made it. */
  async function readPreview(id: string): Promise<Blob> {
    for (;;) {
      const preview = await client.GET('/v1/uploads/{id}/preview', {
        params: { path: { id } },
        parseAs: 'blob',
      })
      if (preview.data) return preview.data
      if (preview.error?.code !== 'preview-not-ready') throw new Error(preview.error?.detail)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Never run: input that the API refuses does not compile. */
export function refused(client: ReturnType<typeof createClient<paths>>): unknown[] {
  return [
    // @ts-expect-error the password is missing
    client.POST('/v1/users', { body: { username: 'a', email: 'a@example.com' } }),
    // @ts-expect-error a limit is a number
    client.GET('/v1/uploads', { params: { query: { limit: 'many' } } }),
    // @ts-expect-error the id is missing
    client.GET('/v1/uploads/{id}', {}),
    // @ts-expect-error there is no such path
    client.GET('/v1/nothing', {}),
    // @ts-expect-error services alone call it
    client.GET('/internal/users/{id}', {}),
  ]
}

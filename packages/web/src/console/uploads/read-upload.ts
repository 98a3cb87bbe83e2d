import { call, isProblem, operators, pages, type TrailPage, type Upload } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

export type TrailEvent = TrailPage['items'][number]

/** An upload as it was read, with the tag that an act on it names. */
export type SeenUpload = { readonly upload: Upload; readonly etag: string }

/** One upload with all that happened to it; `seen` is null where only its trail is left. */
export type Read = { readonly seen: SeenUpload | null; readonly trail: readonly TrailEvent[] }

/** More events than anyone reads; restoring back and forth adds some each time. */
const MOST_EVENTS = 1000

export const uploadKey = (id: string) => ['upload', id] as const

/** An upload as it is now, and its trail. @throws LikenessError `upload-not-found` when there is not even a trail */
export const readUpload = (id: string) =>
  queryOptions({
    queryKey: uploadKey(id),
    queryFn: async ({ signal }): Promise<Read> => {
      const trail: TrailEvent[] = []
      const all = pages((cursor) => operators.trail(client, id, { limit: 100, ...cursor }, { signal }))
      for await (const event of all) {
        trail.push(event)
        if (trail.length === MOST_EVENTS) break
      }
      const isErased = trail.at(-1)?.type === 'erased'
      return { seen: isErased ? null : await readSeen(id, signal), trail }
    },
    staleTime: 5_000,
    // An upload on its way changes by itself.
    refetchInterval: ({ state }) => (isUnsettled(state.data?.seen?.upload) ? 2_000 : false),
  })

/** An upload as it is now; null once it is erased. */
export async function readSeen(id: string, signal: AbortSignal): Promise<SeenUpload | null> {
  try {
    const { body, headers } = await call(client, 'GET /v1/uploads/:id', { params: { id }, signal })
    return { upload: body, etag: headers.get('etag') ?? '' }
  } catch (error) {
    if (isProblem(error, 'upload-not-found')) return null
    throw error
  }
}

const isUnsettled = (upload: Upload | undefined): boolean =>
  upload?.status === 'confirmed' || (upload?.status === 'pending' && upload.previewUrl === null)

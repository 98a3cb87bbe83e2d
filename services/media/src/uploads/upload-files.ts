import type { Deps } from '../deps.js'

type Key = { readonly user_id: string; readonly id: string }

/** Where an upload's blobs are. */
export const originalKey = (upload: Key): string => `uploads/${upload.user_id}/${upload.id}.original`
export const previewKey = (upload: Key): string => `uploads/${upload.user_id}/${upload.id}.preview.webp`

/** Every blob of an upload that was never published. */
export const uploadFiles = (upload: Key): string[] => [originalKey(upload), previewKey(upload)]

/** Deletes blobs after the commit that gave them up. What fails here, `collect-garbage` finds. */
export async function deleteFiles(deps: Pick<Deps, 'storage' | 'logger'>, keys: string[]): Promise<void> {
  if (keys.length === 0) return
  await deps.storage
    .delete(keys)
    .catch((error: unknown) =>
      deps.logger.warn({ err: error, keys: keys.slice(0, 10) }, 'could not delete files'),
    )
}

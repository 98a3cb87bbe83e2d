import { extensionOf, type VariantFormat } from '@likeness/contracts'
import type { UploadKey } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'

/** The keys of an upload's blobs. */
export const originalKey = (upload: UploadKey): string =>
  `uploads/${upload.user_id}/${upload.id}${originalEnding}`
export const originalEnding = '.original'
export const previewKey = (upload: UploadKey): string => `uploads/${upload.user_id}/${upload.id}.preview.webp`

/** The key under which the bytes of a direct upload arrive; they are not trusted before they are checked. */
export const directKey = (upload: UploadKey): string =>
  `uploads/${upload.user_id}/${upload.id}${directEnding}`
export const directEnding = '.direct'

/** The original and the preview of an upload. */
export const uploadFiles = (upload: UploadKey): string[] => [originalKey(upload), previewKey(upload)]

/** Every variant of an avatar. */
export const avatarFiles = (avatar: {
  blob_prefix: string
  sizes: readonly number[]
  formats: readonly VariantFormat[]
}): string[] =>
  avatar.sizes.flatMap((size) =>
    avatar.formats.map((format) => `${avatar.blob_prefix}/${size}.${extensionOf[format]}`),
  )

/** Deletes blobs after the commit that gave them up. `collect-garbage` finds those that could not be deleted. */
export async function deleteFiles(deps: Pick<Deps, 'storage' | 'logger'>, keys: string[]): Promise<void> {
  if (keys.length === 0) return
  await deps.storage
    .delete(keys)
    .catch((error: unknown) =>
      deps.logger.warn({ err: error, keys: keys.slice(0, 10) }, 'could not delete files'),
    )
}

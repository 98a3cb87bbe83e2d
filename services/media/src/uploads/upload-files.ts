import { extensionOf, type VariantFormat } from '@likeness/contracts'
import type { Variant } from '@likeness/images'
import type { UploadKey } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'

/**
 * The first 32 bits of an upload's id, which is a UUID v7: uploads of the same 65 seconds share a folder, so that one
 * sync of it makes many of them durable.
 */
const momentOf = (id: string): string => id.slice(0, 8)

type Id = Pick<UploadKey, 'id'>

/** What the keys of an upload's blobs begin with; they name the upload, never its owner. */
export const uploadPrefix = (id: string): string => `uploads/${momentOf(id)}/${id}.`

/** The keys of an upload's blobs. */
export const originalKey = ({ id }: Id): string => `${uploadPrefix(id)}${originalEnding}`
export const originalEnding = 'original'
export const previewKey = ({ id }: Id): string => `${uploadPrefix(id)}preview.webp`

/** The key under which the bytes of a direct upload arrive; they are not trusted before they are checked. */
export const directKey = ({ id }: Id): string => `${uploadPrefix(id)}${directEnding}`
export const directEnding = 'direct'

/** The original and the preview of an upload. */
export const uploadFiles = (upload: Id): string[] => [originalKey(upload), previewKey(upload)]

/**
 * The prefix of an upload's variants: of those rendered after its confirmation, which drew `version`; without one, of
 * those rendered ahead.
 */
export const variantsPrefix = (id: string, version?: number): string =>
  `avatars/${momentOf(id)}/${id}${version === undefined ? '' : `.${version}`}`

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const uploadPattern = new RegExp(`^uploads/([0-9a-f]{8})/(${uuid})\\.(?:original|preview\\.webp|direct)$`)
const avatarPattern = new RegExp(`^(avatars/([0-9a-f]{8})/(${uuid})(?:\\.\\d+)?)/`)

/** The upload that the key of an original, a preview or a direct upload names; undefined for any other key. */
export function uploadIdOf(key: string): string | undefined {
  const [, moment, id] = uploadPattern.exec(key) ?? []
  return id !== undefined && momentOf(id) === moment ? id : undefined
}

/** The upload and the prefix that the key of a variant names; undefined for any other key. */
export function variantOf(key: string): { readonly id: string; readonly prefix: string } | undefined {
  const [, prefix, moment, id] = avatarPattern.exec(key) ?? []
  return id !== undefined && prefix !== undefined && momentOf(id) === moment ? { id, prefix } : undefined
}

/** Every variant of an avatar. */
export const avatarFiles = (avatar: {
  blob_prefix: string
  sizes: readonly number[]
  formats: readonly VariantFormat[]
}): string[] =>
  avatar.sizes.flatMap((size) =>
    avatar.formats.map((format) => `${avatar.blob_prefix}/${size}.${extensionOf[format]}`),
  )

/** A rendered variant, as a file of its avatar's folder. */
export const fileOfVariant = ({ size, format, bytes }: Variant) => ({
  name: `${size}.${extensionOf[format]}`,
  bytes,
})

/** Deletes blobs after the commit that gave them up. `collect-garbage` finds those that could not be deleted. */
export async function deleteFiles(deps: Pick<Deps, 'storage' | 'logger'>, keys: string[]): Promise<void> {
  if (keys.length === 0) return
  await deps.storage
    .delete(keys)
    .catch((error: unknown) =>
      deps.logger.warn({ err: error, keys: keys.slice(0, 10) }, 'could not delete files'),
    )
}

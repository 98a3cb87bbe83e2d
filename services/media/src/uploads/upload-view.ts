import { type Avatar, addressOf, avatarUrls, type Upload } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { type AvatarPicturesRow, findAvatarsOf, picturesOf } from '../database/avatars.table.js'
import { keepsFiles, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'

const time = (at: Date | null) => at?.toISOString() ?? null

type ViewDeps = Pick<Deps, 'db' | 'config' | 'previews'>

/** The address of an upload, for `Location`. */
export const locationOf = ({ config }: Pick<Deps, 'config'>, { id }: Pick<UploadRow, 'id'>): string =>
  `${config.PUBLIC_URL}${addressOf(uploads.read, { params: { id } })}`

/** An upload as a client sees it. */
export async function viewUpload(deps: ViewDeps, row: UploadRow): Promise<Upload> {
  const [view] = await viewUploads(deps, [row])
  if (!view) throw new Error('a row without a view')
  return view
}

/** The same of an upload whose avatar is known. */
export const viewShown = (deps: ViewDeps, row: UploadRow, avatar: AvatarPicturesRow): Upload =>
  toView(deps, row, avatar)

/** Uploads as a client sees them, in the same order. */
export async function viewUploads(deps: ViewDeps, rows: readonly UploadRow[]): Promise<Upload[]> {
  const avatars = await findAvatarsOf(
    deps.db,
    rows.filter((row) => row.rendered_at !== null),
  )
  const byUpload = new Map(avatars.map((avatar) => [avatar.upload_id, avatar]))
  return rows.map((row) => toView(deps, row, byUpload.get(row.id)))
}

function toView(
  { config, previews }: ViewDeps,
  row: UploadRow,
  avatar: AvatarPicturesRow | undefined,
): Upload {
  return {
    id: row.id,
    userId: row.user_id,
    status: row.status,
    isConfirmed: row.confirmed_at !== null,
    originalFilename: row.original_filename,
    format: row.format,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    pages: row.pages,
    sha256: row.sha256,
    crop: row.crop,
    altText: row.alt_text,
    uploadedAt: row.uploaded_at.toISOString(),
    confirmedAt: time(row.confirmed_at),
    publishedAt: time(row.published_at),
    expiresAt: time(row.expires_at),
    closedAt: time(row.closed_at),
    failure: row.failure_code === null ? null : { code: row.failure_code, detail: row.failure_detail ?? '' },
    previewUrl: row.prepared_at && keepsFiles(row.status) ? previews.urlOf(row.id) : null,
    thumbhash: row.thumbhash,
    heldByOperator: row.held_at !== null && row.status === 'withdrawn',
    avatar: avatar ? viewAvatar(config.PUBLIC_URL, row.user_id, avatar) : null,
  }
}

/** The immutable URLs of a rendered version. */
const viewAvatar = (origin: string, userId: string, avatar: AvatarPicturesRow): Avatar => ({
  version: avatar.version,
  urls: avatarUrls(origin, userId, picturesOf(avatar)),
})

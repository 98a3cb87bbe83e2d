import type { UploadStatus } from '@likeness/contracts'
import type { Bus } from '@likeness/runtime'

/** The topic on which every change of an upload is told, after its commit. */
export const uploadsTopic = 'uploads'

/** What the notice of an upload says; who needs more reads the row. */
export type UploadNotice = { readonly id: string; readonly userId: string; readonly status: UploadStatus }

/** Tells every process that an upload changed. */
export function announce(
  bus: Bus,
  upload: { id: string; user_id: string; status: UploadStatus },
): Promise<void> {
  return bus.publish(uploadsTopic, { id: upload.id, userId: upload.user_id, status: upload.status })
}

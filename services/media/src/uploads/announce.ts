import type { UploadStatus } from '@likeness/contracts'
import type { Bus } from '@likeness/runtime/bus'
import { uploadsTopic } from '../topics.js'

/** Tells every process that an upload changed. */
export function announce(
  bus: Bus,
  upload: { id: string; user_id: string; status: UploadStatus },
): Promise<void> {
  return bus.publish(uploadsTopic, { id: upload.id, userId: upload.user_id, status: upload.status })
}

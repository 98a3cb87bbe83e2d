import type { UploadStatus } from '@likeness/contracts'
import type { Bus } from '@likeness/runtime/bus'
import { uploadsTopic } from '../topics.js'

/** Tells every process that an upload changed. Not awaited: a lost notice costs its reader a poll. */
export function announce(bus: Bus, upload: { id: string; user_id: string; status: UploadStatus }): void {
  void bus.publish(uploadsTopic, { id: upload.id, userId: upload.user_id, status: upload.status })
}

import { randomBytes, randomUUID } from 'node:crypto'
import type { Finding } from './finding.js'

/** Writes a blob, reads it back and deletes it. */
export async function checkStorage(env: NodeJS.ProcessEnv): Promise<Finding> {
  const { openStorage } = await import('@likeness/storage')
  const storage = openStorage(env.STORAGE_URL ?? '')
  const key = `doctor/${randomUUID()}`
  const bytes = randomBytes(1_024)
  try {
    await storage.put(key, bytes)
    const isSame = (await storage.get(key)).equals(bytes)
    await storage.delete([key])
    return {
      name: 'storage',
      ok: isSame,
      says: isSame
        ? 'a blob was written, read and deleted'
        : 'a blob came back changed: do not use this storage',
    }
  } finally {
    await storage.close()
  }
}

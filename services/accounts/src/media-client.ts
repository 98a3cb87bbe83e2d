import { MediaExport } from '@likeness/contracts'
import { signServiceToken } from '@likeness/runtime'
import type { AccountsConfig } from './config.js'

/** The calls accounts makes to media. Each rejects when media is away. */
export type MediaClient = {
  /** Asks to erase all of a user, as often as needed. Resolves to whether it is done. */
  eraseUser(userId: string): Promise<boolean>
  /** All that media holds on a user. */
  exportUser(userId: string): Promise<MediaExport>
  /** The bytes of one file the export names; none when it went meanwhile. */
  readFile(userId: string, path: string): Promise<Buffer>
}

const timeoutMs = 10_000
const fileTimeoutMs = 60_000

export function openMediaClient(config: Pick<AccountsConfig, 'MEDIA_URL' | 'SERVICE_SECRET'>): MediaClient {
  async function call(method: string, path: string, timeout: number): Promise<Response> {
    const response = await fetch(`${config.MEDIA_URL}/internal/users/${path}`, {
      method,
      // The token is for that address alone.
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${await signServiceToken(config.SERVICE_SECRET, 'accounts', 'media')}`,
      },
      signal: AbortSignal.timeout(timeout),
    })
    if (response.ok || response.status === 404) return response
    await response.body?.cancel()
    throw new Error(`media answered ${response.status} to ${method} of a user`)
  }

  return {
    async eraseUser(userId) {
      const response = await call('DELETE', userId, timeoutMs)
      // The body is read, so the connection can be used again.
      await response.text()
      return response.status !== 202
    },
    async exportUser(userId) {
      const response = await call('GET', `${userId}/export`, timeoutMs)
      return MediaExport.parse(await response.json())
    },
    async readFile(userId, path) {
      const response = await call('GET', `${userId}/files?path=${encodeURIComponent(path)}`, fileTimeoutMs)
      const bytes = Buffer.from(await response.arrayBuffer())
      return response.status === 404 ? Buffer.alloc(0) : bytes
    },
  }
}

import { call } from '@likeness/client'
import { client } from '../../api/likeness.js'

/** Everything both services hold, as a ZIP, and its name. @throws LikenessError `rate-limited`, `overloaded` */
export async function exportData(signal: AbortSignal): Promise<{ zip: Blob; name: string }> {
  const { body, headers } = await call(client, 'GET /v1/me/export', { signal })
  const name = /filename="([^"]+)"/.exec(headers.get('content-disposition') ?? '')?.[1]
  return { zip: body, name: name ?? 'likeness.zip' }
}

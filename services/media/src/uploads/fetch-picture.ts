import { createHash } from 'node:crypto'
import { OutboundError, type OutboundGuard } from '@likeness/runtime/outbound/outbound-guard'
import { sendOutbound } from '@likeness/runtime/outbound/send-outbound'
import { problem } from '../problems.js'
import type { ReceivedImage } from '../receiving/receive-image.js'

/** For each request, from resolving the name to the last byte. */
const timeoutMs = 15_000
const mostRedirects = 3
const redirects: readonly number[] = [301, 302, 303, 307, 308]

/**
 * Fetches a picture from an address that someone else chose. Each address on the way is judged by the guard.
 * @param limit bytes of a picture
 * @throws Problem import-refused, import-failed, image-too-large
 */
export async function fetchPicture(
  guard: OutboundGuard,
  address: string,
  limit: number,
): Promise<Omit<ReceivedImage, 'filename'> & { filename: string }> {
  let url = new URL(address)
  for (let followed = 0; ; followed += 1) {
    const { status, headers, body } = await ask(guard, url, limit + 1)
    if (status === 200) {
      if (body.length > limit) throw problem('image-too-large', { parameters: { limit } })
      const announced = headers['content-length']
      // A body that breaks off is cut, see `sendOutbound`.
      if (announced !== undefined && Number(announced) !== body.length) throw failed('it broke off')
      const sha256 = createHash('sha256').update(body).digest('hex')
      return { chunks: [body], bytes: body.length, sha256, filename: nameIn(url) }
    }
    if (!redirects.includes(status) || headers.location === undefined) throw failed(`status ${status}`)
    if (followed === mostRedirects) throw failed('too many redirects')
    if (!URL.canParse(headers.location, url.href)) throw failed('a redirect that leads nowhere')
    url = new URL(headers.location, url)
  }
}

async function ask(guard: OutboundGuard, url: URL, mostBytes: number) {
  const headers = { accept: 'image/*', 'user-agent': 'Likeness' }
  try {
    return await sendOutbound(guard, url, { method: 'GET', headers, timeoutMs, mostBytes })
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    throw error.fault === 'refused-address' ? problem('import-refused') : failed(error.fault)
  }
}

const failed = (reason: string) => problem('import-failed', { parameters: { reason } })

/** The last part of a path, as people read it. */
function nameIn({ pathname }: URL): string {
  const last = pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

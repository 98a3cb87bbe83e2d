import type { Server } from './server.js'

/** RFC 7396 has its own content type; plain JSON is taken as the same. */
export function acceptMergePatch(server: Server): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.addContentTypeParser('application/merge-patch+json', { parseAs: 'string' }, parse)
}

import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Previews of a picture that is not uploaded yet are blob: URLs, thumbhashes data: URLs.
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  // No script may make markup or code of a string; Preact never does.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const permissionsPolicy = [
  // For the picture; the page has no use for anything else that a browser asks people about.
  'camera=(self)',
  'microphone=()',
  'geolocation=()',
  'display-capture=()',
  'clipboard-read=()',
  'payment=()',
  'usb=()',
  'serial=()',
  'hid=()',
  'bluetooth=()',
  'midi=()',
  'idle-detection=()',
  'accelerometer=()',
  'gyroscope=()',
  'magnetometer=()',
].join(', ')

/** The library that shows the API's reference makes its styles in the page. */
const referencePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'permissions-policy': permissionsPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  // Browsers heed it over TLS only.
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
}

/** Pages of other origins load the element, with `integrity` only if they may read it. */
const forAnyPage = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }

/**
 * Serves the built web app. Files in `assets/` have a hash of their content in their name and may be cached forever;
 * everything else is revalidated each time.
 *
 * @param folder what Vite built
 * @param options without `hasPage` only what other pages use is served, and `/` leads to the documentation
 */
export async function serveWebApp(
  server: FastifyInstance,
  folder: string,
  { hasPage }: { hasPage: boolean },
): Promise<void> {
  if (!hasPage) server.get('/', (_request, reply) => reply.redirect('/docs/'))
  await server.register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    // `/docs` is a folder.
    redirect: true,
    ...(hasPage ? {} : { allowedPath: (path: string) => /^\/(docs(\/|$)|element\/|favicon)/.test(path) }),
    setHeaders(reply, path) {
      const isElement = path.includes(`${sep}element${sep}`)
      const isHashed = path.includes(`${sep}assets${sep}`) || (isElement && /-[\da-f]{12}\.js$/.test(path))
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      if (isElement) reply.headers(forAnyPage)
      if (path.endsWith(join('docs', 'api', 'index.html')))
        reply.header('content-security-policy', referencePolicy)
    },
  })
  // Browsers ask for this icon on pages that name none of their own, such as the API reference.
  server.get('/favicon.ico', (_request, reply) => reply.sendFile('favicon.svg'))
  server.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(securityHeaders)) {
      if (!reply.hasHeader(name)) reply.header(name, value)
    }
  })
}

/** Whether a browser asks for a page of the app; the app itself knows its addresses. */
export function isPage(request: FastifyRequest): boolean {
  const wantsHtml = (request.headers.accept ?? '').includes('text/html')
  return (
    (request.method === 'GET' || request.method === 'HEAD') &&
    wantsHtml &&
    !/^\/(v1|internal)\//.test(request.url)
  )
}

/** Answers with the app's one page. */
export const sendPage = (reply: FastifyReply) => reply.sendFile('index.html')

import Fastify, { type FastifyInstance } from 'fastify'

/** The page is built with inline scripts and styles; nothing is ever fetched from another origin. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The API reference at `/docs/`, reading `/openapi.json`. Its script is 4 MB of source, so it is loaded when
 * the page is first asked for.
 */
export function serveDocs(server: FastifyInstance): void {
  let page: ReturnType<typeof openDocs> | undefined
  for (const path of ['/docs', '/docs/*']) {
    server.get(path, async (request, reply) => {
      page ??= openDocs()
      const answer = await (await page).inject({ url: request.url })
      return reply
        .code(answer.statusCode)
        .headers({ ...answer.headers, 'content-security-policy': contentSecurityPolicy })
        .send(answer.rawPayload)
    })
  }
}

/** The page alone, to be requested with `inject`. */
export async function openDocs(): Promise<FastifyInstance> {
  const { default: apiReference } = await import('@scalar/fastify-api-reference')
  const page = Fastify()
  await page.register(apiReference, {
    routePrefix: '/docs',
    configuration: {
      pageTitle: 'Likeness API',
      url: '/openapi.json',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
      externalUrls: { dashboardUrl: '', registryUrl: '', proxyUrl: '', apiBaseUrl: '' },
    },
  })
  await page.ready()
  return page
}

import { z } from 'zod'
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi'
import {
  type Answer,
  answerHeaders,
  bodyTypesOf,
  chapters,
  type Endpoint,
  type ProblemCode,
  problemCodesOf,
  refusalHeaders,
} from './endpoint.js'
import { ProblemBody } from './problem-body.js'
import { accountsProblems, mediaProblems, type ProblemKind } from './problems.js'

type Responses = ZodOpenApiOperationObject['responses']
type Response = Responses[`${1 | 2 | 3 | 4 | 5}${string}`]
export type OpenApi = ReturnType<typeof createDocument>

const introduction = `Accounts with avatars in two steps: a picture is uploaded, shown to its owner, and becomes the avatar when it is confirmed.

Send an access token as \`Authorization: Bearer …\`; logging in answers one. Errors are \`application/problem+json\` (RFC 9457), in English or, by \`Accept-Language\`, in French: rely on \`code\`. Lists are paged by \`cursor\`. Unknown parameters and fields are refused.`

/**
 * The OpenAPI 3.1 document of these endpoints, without those that no chapter names.
 * @param info `version` of the package; `server`: the origin as its clients know it
 */
export function openApiOf(
  endpoints: readonly Endpoint[],
  info: { title: string; version: string; server?: string },
): OpenApi {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const endpoint of endpoints) {
    if (endpoint.tag === undefined) continue
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint) }
  }
  const tags = Object.entries(chapters).flatMap(([name, description]) =>
    endpoints.some(({ tag }) => tag === name) ? [{ name, description }] : [],
  )
  return createDocument(
    {
      openapi: '3.1.0',
      info: { title: info.title, version: info.version, description: introduction },
      tags,
      ...(info.server !== undefined && { servers: [{ url: info.server }] }),
      components: {
        securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
      paths: paths as NonNullable<ZodOpenApiObject['paths']>,
    },
    {
      // A later release may answer with more, see docs/api-policy.md, but for what is strict in requests too.
      override: ({ jsonSchema, zodSchema, io }) => {
        const { def } = zodSchema._zod
        if (io === 'output' && def.type === 'object' && def.catchall === undefined) {
          delete jsonSchema.additionalProperties
        }
      },
    },
  )
}

function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { id, tag, summary, description, by, params, query, headers, answers } = endpoint
  const body = contentOf(endpoint)
  return {
    operationId: id,
    ...(tag && { tags: [tag] }),
    summary,
    description,
    ...(by !== 'anyone' && { security: [...(by === 'optional' ? [{}] : []), { accessToken: [] }] }),
    requestParams: {
      ...(params && { path: params }),
      ...(query && { query }),
      ...(headers && { header: headers }),
    },
    ...(body && { requestBody: body }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)])),
      ...refusalsOf(problemCodesOf(endpoint)),
    },
  }
}

function contentOf(endpoint: Endpoint): ZodOpenApiOperationObject['requestBody'] {
  const { body, streams } = endpoint
  if (streams) {
    const content = Object.entries(streams).map(([type, schema]) => [type, { schema }])
    return { required: true, content: Object.fromEntries(content) }
  }
  if (!body) return undefined
  return {
    required: !body.safeParse(undefined).success,
    content: Object.fromEntries(bodyTypesOf(endpoint).map((type) => [type, { schema: body }])),
  }
}

function responseOf({ description, body, types = [], headers = [] }: Answer): Response {
  const content = {
    ...(body && { 'application/json': { schema: body } }),
    ...Object.fromEntries(types.map((type) => [type, { schema: schemaOfBytes(type) }])),
  }
  return {
    description,
    ...(Object.keys(content).length > 0 && { content }),
    ...(headers.length > 0 && {
      headers: headersOf(Object.fromEntries(headers.map((name) => [name, answerHeaders[name]]))),
    }),
  }
}

const schemaOfBytes = (type: string) =>
  type.startsWith('text/') || type === 'application/x-ndjson'
    ? ({ type: 'string' } as const)
    : ({ type: 'string', format: 'binary', contentMediaType: type } as const)

/** One response for each status, which names the codes that come with it. */
function refusalsOf(codes: readonly ProblemCode[]): Responses {
  const kinds: Readonly<Record<string, ProblemKind>> = { ...accountsProblems, ...mediaProblems }
  const statusOf = (code: ProblemCode) => kinds[code]?.status ?? 500
  const statuses = [...new Set(codes.map(statusOf))].sort((a, b) => a - b)
  return Object.fromEntries(
    statuses.map((status) => {
      const ofStatus = codes.filter((code) => statusOf(code) === status)
      const lines = ofStatus.map((code) => `- \`${code}\`: ${kinds[code]?.title.en}`)
      const schema = z.intersection(ProblemBody, z.object({ code: z.enum(ofStatus) }))
      return [
        status,
        {
          description: lines.join('\n'),
          content: { 'application/problem+json': { schema } },
          ...(refusalHeaders[status] && { headers: headersOf(refusalHeaders[status]) }),
        },
      ]
    }),
  ) as Responses
}

const headersOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } as const },
    ]),
  )

import t from 'tap'
import { z } from 'zod'
import { endpointsOf } from './endpoint.js'
import { json } from './endpoints/answers.js'
import { endpoints } from './endpoints/index.js'
import { openApiOf } from './openapi.js'

const all = [...endpoints.accounts, ...endpoints.media]
const document = openApiOf(all, { title: 'Likeness', version: '1.2.3', server: 'https://likeness.example' })
const operationOf = (method: 'get' | 'post' | 'patch' | 'put' | 'delete', path: string) =>
  document.paths?.[path]?.[method]

t.test('each endpoint with a chapter is one operation, described, and the others are none', async (t) => {
  t.match(document, {
    openapi: '3.1.0',
    info: { title: 'Likeness', version: '1.2.3' },
    servers: [{ url: 'https://likeness.example' }],
  })
  const operations = Object.values(document.paths ?? {}).flatMap((item) => Object.values(item))
  const told = all.filter(({ tag }) => tag !== undefined)
  t.strictSame(
    operations.map(({ operationId }) => operationId as string).toSorted(),
    told.map(({ id }) => id).toSorted(),
  )
  for (const { operationId, summary, description } of operations) {
    t.ok(summary && description, `${operationId} is described`)
  }
  t.notMatch(Object.keys(document.paths ?? {}).join(), /internal|inbox|:/)
})

t.test('says what an upload takes: a form, or the bytes', async (t) => {
  t.match(operationOf('post', '/v1/uploads'), {
    requestBody: {
      required: true,
      content: {
        'multipart/form-data': { schema: { properties: { image: { format: 'binary' } } } },
        'image/*': { schema: { type: 'string', format: 'binary' } },
      },
    },
    responses: { 201: { headers: { location: { schema: { type: 'string' } } } } },
  })
})

t.test('names the media types of patches, pictures and archives, and the headers of answers', async (t) => {
  const content = (body: unknown) => Object.keys((body as { content: object }).content)
  t.strictSame(content(operationOf('patch', '/v1/me')?.requestBody), [
    'application/merge-patch+json',
    'application/json',
  ])
  t.match(operationOf('patch', '/v1/me'), { requestBody: { required: true } })
  t.match(operationOf('post', '/v1/uploads/{id}/confirm'), { requestBody: { required: false } })
  t.strictSame(content(operationOf('get', '/v1/avatars/{userId}')?.responses?.['200']), [
    'image/avif',
    'image/webp',
    'image/jpeg',
  ])
  t.strictSame(content(operationOf('get', '/v1/me/export')?.responses?.['200']), ['application/zip'])
  t.match(operationOf('get', '/v1/uploads'), { responses: { 200: { headers: { link: {} } } } })
  t.match(operationOf('get', '/v1/me'), { responses: { 200: { headers: { etag: {} } } } })
})

t.test('names the problems of each operation by status', async (t) => {
  const confirm = operationOf('post', '/v1/uploads/{id}/confirm')
  t.match(confirm?.responses?.['409'], {
    description: /`already-confirmed`: /,
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            {
              properties: {
                code: {
                  enum: ['upload-failed', 'already-confirmed', 'sha256-mismatch', 'request-in-progress'],
                },
              },
            },
          ],
        },
      },
    },
  })
  t.match(operationOf('post', '/v1/sessions')?.responses?.['429'], {
    headers: { 'retry-after': {}, ratelimit: {}, 'ratelimit-policy': {} },
  })
  t.match(operationOf('get', '/v1/me')?.responses?.['401'], { headers: { 'www-authenticate': {} } })
})

t.test('says who may call', async (t) => {
  t.equal(operationOf('post', '/v1/sessions')?.security, undefined)
  t.strictSame(operationOf('get', '/v1/me')?.security, [{ accessToken: [] }])
  t.strictSame(operationOf('get', '/v1/uploads/{id}/preview')?.security, [{}, { accessToken: [] }])
})

t.test('an answer may have more fields in a later release, a request may not', async (t) => {
  const Thing = z.object({ id: z.string() })
  const endpoint = endpointsOf('media')({
    id: 'makeThing',
    method: 'POST',
    path: '/things',
    by: 'anyone',
    tag: 'uploads',
    summary: '',
    description: '',
    body: z.strictObject({ id: z.string() }),
    answers: { 201: json(Thing, '') },
  })
  const { paths } = openApiOf([endpoint], { title: '', version: '' })
  const schemaOf = (part: unknown) => JSON.stringify(part)
  t.match(schemaOf(paths?.['/things']?.post?.requestBody), '"additionalProperties":false')
  t.notMatch(schemaOf(paths?.['/things']?.post?.responses?.['201']), 'additionalProperties')
})

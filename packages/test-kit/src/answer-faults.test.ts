import { endpointsOf, type ProblemCode } from '@likeness/contracts'
import t from 'tap'
import { z } from 'zod'
import { answerFaults } from './answer-faults.js'

const endpoint = endpointsOf('media')({
  id: 'makeThing',
  method: 'POST',
  path: '/things',
  by: 'user',
  summary: '',
  description: '',
  answers: {
    200: { description: '', types: ['image/webp', 'image/png'] },
    201: {
      description: '',
      body: z.object({
        id: z.string(),
        parts: z.array(z.object({ n: z.int() })),
        at: z.iso.datetime().optional(),
      }),
      headers: ['location'],
    },
    204: { description: '', headers: ['etag'] },
  },
  problems: ['quota-exceeded'],
})
const json = { 'content-type': 'application/json; charset=utf-8', location: '/things/1' }
const faults = (status: number, payload: unknown, headers: Record<string, string> = json, method = 'POST') =>
  answerFaults({
    endpoint,
    method,
    status,
    headers,
    payload:
      payload instanceof Uint8Array || typeof payload === 'string'
        ? payload
        : payload && JSON.stringify(payload),
  } as Parameters<typeof answerFaults>[0])

t.test('an answer as declared has no fault', async (t) => {
  t.strictSame(faults(201, { id: '1', parts: [{ n: 1 }], at: '2026-01-31T12:00:00Z' }), [])
  t.strictSame(faults(200, Buffer.of(1), { 'content-type': 'image/png', vary: 'accept' }), [])
  t.strictSame(faults(200, undefined, { 'content-type': 'image/png' }), [], 'a stream')
  t.strictSame(faults(201, null, json, 'HEAD'), [])
  t.strictSame(faults(204, undefined, { etag: '"1"' }), [])
})

t.test('a status, a media type, a body or a header that is not declared is a fault', async (t) => {
  t.strictSame(faults(202, undefined, {}), ['is not declared'])
  t.strictSame(faults(200, 'x', { 'content-type': 'text/html' }), ['is text/html, not image/webp, image/png'])
  t.strictSame(faults(204, 'x', {}), ['has a body'])
  t.strictSame(faults(204, undefined, { link: 'x' }), ['has link, which is not declared'])
  t.strictSame(faults(201, { id: '1', parts: [] }, { 'content-type': 'application/json' }), [
    'has no location',
  ])
})

t.test('JSON has exactly the fields of its schema', async (t) => {
  t.match(faults(201, { id: 1, parts: [] }), [/^differs at id: /])
  t.match(faults(201, { id: '1', parts: [{ n: 1, secret: 1 }], more: 1 }), [
    /^has parts\.0\.secret, /,
    /^has more, /,
  ])
})

t.test(
  'a refusal is a problem that the endpoint names, or that follows from its guard and input',
  async (t) => {
    const refusal = (status: number, code: ProblemCode, more: object = {}) =>
      faults(
        status,
        { type: '', title: '', status, detail: '', code, instance: '', requestId: '', ...more },
        { 'content-type': 'application/problem+json' },
      )
    t.strictSame(refusal(403, 'quota-exceeded'), [])
    t.strictSame(refusal(401, 'unauthenticated'), [])
    t.strictSame(refusal(404, 'upload-not-found'), ['upload-not-found is not declared'])
    t.strictSame(refusal(403, 'quota-exceeded', { status: 404 }), ['tells 404 in its body'])
    t.match(refusal(403, 'quota-exceeded', { stack: 'x' }), [/^has stack, /])
    t.strictSame(faults(404, '<h1>', { 'content-type': 'text/html' }), ['is text/html, not a problem'])
  },
)

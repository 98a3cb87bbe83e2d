import type { IncomingMessage, ServerResponse } from 'node:http'
import { isKnown } from '@likeness/runtime/entity-tags'
import { hasBody } from '@likeness/runtime/judge-requests'
import { requestIdOf } from '@likeness/runtime/request-id'
import type { Server } from '@likeness/runtime/server'
import { aMinute, forever } from '../pictures.js'

/** How long an answer may be repeated: with the age of the pointer it came from, no more than a second. */
const hotMs = 300
/** From this age on one request goes the long way, so that those beside it need not do so all at once later. */
const renewMs = 200
// A past picture is public for a limited time, or only for some: each request for it is decided anew.
const hotCaching: readonly unknown[] = [aMinute, forever]
// The bytes an entry takes in addition to its picture.
const overhead = 2_000

type Headers = Readonly<Record<string, string | number | string[] | undefined>>

/** The headers of an answer, names and values in turn. The last is the request's id, which is set as it is sent. */
type HeaderLines = string[]

type Answer = {
  /** When it was made, as `performance.now()` counts. */
  readonly madeAt: number
  renewing: boolean
  readonly etag: string
  /** Of a 304. */
  readonly unchanged: HeaderLines
  /** A 200; absent where only a 304 was sent. */
  readonly whole?: { readonly bytes: Buffer; readonly headers: HeaderLines }
}

/**
 * Repeats the answers to the most requested pictures for a moment, before the framework sees the request: it costs as
 * much again as the rest of the answer (bench/src/parts/delivery.ts).
 */
export type HotAnswers = {
  /** Answers a GET that was answered a moment ago. @returns whether it did */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Keeps the answers of this server's routes, except those that `forget` overtook. */
  readonly keepFrom: (server: Server) => void
  /** Drops every answer: something changed. */
  readonly forget: () => void
}

/** @param maxBytes of pictures kept; 0 keeps none */
export function openHotAnswers(maxBytes: number): HotAnswers {
  /** By address, then by what the request accepts: anything else in it that could choose the picture must be here too. */
  const kept = new Map<string | undefined, Map<string | undefined, Answer>>()
  let bytesKept = 0
  let changes = 0
  const forgetAll = () => {
    kept.clear()
    bytesKept = 0
  }
  return {
    answer(request, response) {
      const { headers } = request
      const answer = kept.get(request.url)?.get(headers.accept)
      if (!answer || request.method !== 'GET' || hasBody(request)) return false
      const age = performance.now() - answer.madeAt
      if (age > hotMs || (age > renewMs && !answer.renewing)) {
        answer.renewing = true
        return false
      }
      const { unchanged, whole } = answer
      if (isKnown(headers['if-none-match'], answer.etag)) {
        response.writeHead(304, withId(unchanged, request)).end()
        return true
      }
      if (!whole) return false
      response.writeHead(200, withId(whole.headers, request)).end(whole.bytes)
      return true
    },
    keepFrom(server) {
      server.decorateRequest('changesBefore', 0)
      server.addHook('onRequest', (request, _reply, done) => {
        request.setDecorator('changesBefore', changes)
        done()
      })
      server.addHook('onSend', (request, reply, payload, done) => {
        if (request.getDecorator('changesBefore') === changes) {
          keep(request.raw, reply.statusCode, reply.getHeaders(), payload)
        }
        done(null, payload)
      })
    },
    forget() {
      changes += 1
      forgetAll()
    },
  }

  function keep(request: IncomingMessage, status: number, headers: Headers, payload: unknown) {
    const { etag, 'cache-control': cacheControl } = headers
    if (request.method !== 'GET' || typeof etag !== 'string' || !hotCaching.includes(cacheControl)) return
    const lines = (more: Headers): HeaderLines => [
      ...Object.entries({ ...headers, ...more }).flatMap(([name, value]) =>
        value === undefined || name === 'x-request-id' ? [] : [name, String(value)],
      ),
      'x-request-id',
      '',
    ]
    const ofAddress = kept.get(request.url) ?? new Map<string | undefined, Answer>()
    const { accept } = request.headers
    const unchanged = lines({ 'content-type': undefined })
    const before = ofAddress.get(accept)
    const made = { madeAt: performance.now(), renewing: false, etag, unchanged }
    if (status === 200 && Buffer.isBuffer(payload)) {
      set({ ...made, whole: { bytes: payload, headers: lines({ 'content-length': payload.length }) } })
    } else if (status === 304) {
      // It says that the picture is still the same, unless its headers changed.
      set(before?.whole && areEqual(before.unchanged, unchanged) ? { ...made, whole: before.whole } : made)
    }

    function set(answer: Answer): void {
      const added = sizeOf(answer) - sizeOf(before)
      if (sizeOf(answer) > maxBytes) return
      if (bytesKept + added <= maxBytes) {
        bytesKept += added
        kept.set(request.url, ofAddress.set(accept, answer))
      } else {
        // They live so shortly that a full store begins anew.
        forgetAll()
      }
    }
  }
}

const sizeOf = (answer: Answer | undefined) => (answer ? overhead + (answer.whole?.bytes.length ?? 0) : 0)

/** All but the last, the id. */
const areEqual = (some: HeaderLines, others: HeaderLines) =>
  some.length === others.length && some.slice(0, -1).every((line, index) => line === others[index])

function withId(headers: HeaderLines, request: IncomingMessage): HeaderLines {
  headers[headers.length - 1] = requestIdOf(request)
  return headers
}

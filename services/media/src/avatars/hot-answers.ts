import type { IncomingMessage, ServerResponse } from 'node:http'
import { isKnown } from '@likeness/runtime/entity-tags'
import { hasBody } from '@likeness/runtime/judge-requests'
import { requestIdOf } from '@likeness/runtime/request-id'
import type { Server } from '@likeness/runtime/server'
import { LRUCache } from 'lru-cache'
import { aMinute, forever } from '../pictures.js'

/** How long an answer may be repeated: with the age of the pointer it came from, no more than a second. */
const hotMs = 300
// A past picture is public for a limited time, or only for some: each request for it is decided anew.
const hotCaching: readonly unknown[] = [aMinute, forever]
// The bytes an entry takes in addition to its picture.
const overhead = 2_000

type Headers = Readonly<Record<string, string | number | string[] | undefined>>

type Answer = {
  readonly etag: string
  /** The headers of a 304, names and values in turn. */
  readonly unchanged: readonly string[]
  /** A 200; absent where only a 304 was sent. */
  readonly whole?: { readonly bytes: Buffer; readonly headers: readonly string[] }
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
  const kept = new LRUCache<string, Answer>({
    // With a size of 1, nothing fits.
    maxSize: Math.max(1, Math.floor(maxBytes)),
    sizeCalculation: ({ whole }) => overhead + (whole?.bytes.length ?? 0),
    ttl: hotMs,
  })
  let changes = 0
  return {
    answer(request, response) {
      if (request.method !== 'GET' || hasBody(request)) return false
      const answer = kept.get(keyOf(request))
      if (!answer) return false
      const id = ['x-request-id', requestIdOf(request)]
      if (isKnown(request.headers['if-none-match'], answer.etag)) {
        response.writeHead(304, [...answer.unchanged, ...id]).end()
        return true
      }
      if (!answer.whole) return false
      response.writeHead(200, [...answer.whole.headers, ...id]).end(answer.whole.bytes)
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
      kept.clear()
    },
  }

  function keep(request: IncomingMessage, status: number, headers: Headers, payload: unknown) {
    const { etag, 'cache-control': cacheControl } = headers
    if (request.method !== 'GET' || typeof etag !== 'string' || !hotCaching.includes(cacheControl)) return
    const key = keyOf(request)
    const lines = (more: Headers) =>
      Object.entries({ ...headers, ...more }).flatMap(([name, value]) =>
        value === undefined || name === 'x-request-id' ? [] : [name, String(value)],
      )
    const unchanged = lines({ 'content-type': undefined })
    if (status === 200 && Buffer.isBuffer(payload)) {
      const whole = { bytes: payload, headers: lines({ 'content-length': payload.length }) }
      kept.set(key, { etag, unchanged, whole })
    } else if (status === 304 && !kept.has(key)) {
      kept.set(key, { etag, unchanged })
    }
  }
}

// Anything else in a request that could choose the picture must be here too.
const keyOf = ({ url, headers }: IncomingMessage) => `${headers.accept ?? ''}\n${url}`

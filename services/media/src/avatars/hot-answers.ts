import type { IncomingMessage } from 'node:http'
import { isKnown } from '@likeness/runtime/entity-tags'
import { hasBody } from '@likeness/runtime/judge-requests'
import { type Asked, type ReadyAnswer, readyAnswer } from '@likeness/runtime/ready-answer'
import type { Server } from '@likeness/runtime/server'
import { aMinute, forever } from '../pictures.js'

/** How long an answer may be repeated: with the age of the pointer it came from, no more than a second. */
const hotMs = 300
/** From this age on one request goes the long way, so that those beside it need not do so all at once later. */
const renewMs = 200
// A past picture is public for a limited time, or only for some: each request for it is decided anew.
const hotCaching: readonly unknown[] = [aMinute, forever]
// The bytes an entry takes in addition to its picture, which counts twice: a small one is copied for sending.
const overhead = 2_000

type Headers = Readonly<Record<string, string | number | string[] | undefined>>

type Answer = {
  /** When it was made, as `performance.now()` counts. */
  readonly madeAt: number
  renewing: boolean
  readonly etag: string
  readonly unchanged: ReadyAnswer
  /** Absent where only a 304 was sent. */
  readonly whole?: ReadyAnswer
}

/**
 * Repeats the answers to the most requested pictures for a moment, before the framework sees the request: it costs as
 * much again as the rest of the answer (bench/src/parts/delivery.ts).
 */
export type HotAnswers = {
  /** The answer to a GET that was answered a moment ago. */
  readonly find: (asked: Asked) => ReadyAnswer | undefined
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
    find(asked) {
      const { headers } = asked
      const answer = kept.get(asked.url)?.get(headers.accept)
      if (!answer || asked.method !== 'GET' || hasBody(asked)) return undefined
      const age = performance.now() - answer.madeAt
      if (age > hotMs || (age > renewMs && !answer.renewing)) {
        answer.renewing = true
        return undefined
      }
      return isKnown(headers['if-none-match'], answer.etag) ? answer.unchanged : answer.whole
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
    const ofAddress = kept.get(request.url) ?? new Map<string | undefined, Answer>()
    const { accept } = request.headers
    const unchanged = readyAnswer(304, { ...headers, 'content-type': undefined })
    const before = ofAddress.get(accept)
    const made = { madeAt: performance.now(), renewing: false, etag, unchanged }
    if (status === 200 && Buffer.isBuffer(payload)) {
      set({ ...made, whole: readyAnswer(200, { ...headers, 'content-length': payload.length }, payload) })
    } else if (status === 304) {
      // It says that the picture is still the same, unless its headers changed.
      set(before?.whole && before.unchanged.head === unchanged.head ? { ...made, whole: before.whole } : made)
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

const sizeOf = (answer: Answer | undefined) =>
  answer ? overhead + 2 * (answer.whole?.bytes?.length ?? 0) : 0

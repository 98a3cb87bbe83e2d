import { readAnswer } from '@likeness/contracts/call'
import { sessions, uploads } from '@likeness/contracts/endpoints'
import t from 'tap'
import { accepted } from './accepted.js'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const problem = {
  type: 'urn:likeness:problem:rate-limited',
  title: 'Too many requests',
  status: 429,
  detail: 'Try again in 7 seconds.',
  code: 'rate-limited',
  instance: sessions.logIn.path,
  requestId: 'r-1',
}

/** Reads such an answer as the page does. */
const answered = async (status: number, type: string, text: string) => {
  const headers = new Headers({ 'content-type': type, 'retry-after': '7' })
  const called = (async () => readAnswer(sessions.logOut, { status, headers, bytes: bytesOf(text) }))()
  return accepted(called, undefined)
}

t.test('a refusal is a fault in the words of the service', async (t) => {
  await t.rejects(answered(429, 'application/problem+json', JSON.stringify(problem)), {
    code: 'rate-limited',
    title: 'Too many requests',
    detail: 'Try again in 7 seconds.',
    rest: { status: 429, requestId: 'r-1', retryAfter: 7 },
  })
})

t.test('an answer from something in between is unreadable', async (t) => {
  const unreadable = (status: number) => ({ code: 'unreadable-answer', rest: { status } })
  await t.rejects(answered(502, 'text/html', '<h1>Bad gateway</h1>'), unreadable(502))
  await t.rejects(answered(429, 'application/problem+json', '{}'), unreadable(429))
  await t.rejects(answered(200, 'text/html', '<h1>Log in to the Wi-Fi</h1>'), unreadable(200))
  const unchanged = { status: 304, headers: new Headers(), bytes: bytesOf('') }
  await t.rejects(
    accepted(Promise.resolve(readAnswer(uploads.preview, unchanged)), undefined),
    unreadable(304),
  )
})

t.test('no answer means an unreachable server, unless the page aborted', async (t) => {
  const broken = () => Promise.reject(new TypeError('fetch failed'))
  await t.rejects(accepted(broken(), undefined), { code: 'unreachable' })
  const gone = new Error('left the step')
  const signal = AbortSignal.abort(gone)
  await t.rejects(accepted(Promise.reject(gone), signal), gone)
})

t.test('an answer that the endpoint declares is returned as it came', async (t) => {
  t.match(await answered(204, 'text/plain', ''), { status: 204, body: undefined })
})

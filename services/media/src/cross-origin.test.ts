import { addressOf } from '@likeness/contracts'
import { avatars, uploads } from '@likeness/contracts/endpoints'
import t from 'tap'
import { startMedia } from './testing/start-media.js'
import { publish } from './testing/steps.js'

const app = 'https://app.likeness.test'

t.test('pages of listed origins call, pages of any show pictures', async (t) => {
  const media = await startMedia(t, { config: { CORS_ORIGINS: app } })
  await media.work()
  const ana = await media.person()
  const { avatar } = await publish(ana)
  const { pathname } = new URL(avatar?.urls['128']?.webp ?? '')
  const from = async (origin: string, method: string, path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${media.url}${path}`, { method, headers: { origin, ...headers } })
    await answer.arrayBuffer()
    const all = Object.fromEntries(answer.headers)
    return {
      status: answer.status,
      allowed: all['access-control-allow-origin'],
      credentials: all['access-control-allow-credentials'],
      varies: /\borigin\b/i.test(all.vary ?? ''),
      headers: all,
    }
  }
  const preflight = (origin: string, method: string, path: string) =>
    from(origin, 'OPTIONS', path, { 'access-control-request-method': method })

  const list = addressOf(uploads.list)
  const own = { authorization: ana.authorization }
  t.match(await from(app, 'GET', list, own), { status: 200, allowed: app, varies: true })
  const { headers, ...answered } = await preflight(app, 'POST', list)
  t.match(answered, { status: 204, allowed: app, varies: true })
  t.match(headers, {
    'access-control-allow-headers': /Idempotency-Key/,
    'access-control-max-age': /^\d{4,}$/,
  })
  for (const answer of [
    await from('https://other.test', 'GET', list, own),
    await preflight('https://other.test', 'POST', list),
  ]) {
    t.strictSame([answer.allowed, answer.varies], [undefined, true])
  }

  const params = { userId: ana.id }
  const hashed = addressOf(avatars.serveHashed, { params: { file: '0'.repeat(32) } })
  // Caches and the fast path keep pictures by their address: their headers are the same for everyone.
  for (const path of [addressOf(avatars.serve, { params, query: { size: 64 } }), pathname, hashed]) {
    for (const origin of ['https://other.test', app]) {
      for (let count = 0; count < 2; count += 1) {
        const picture = await from(origin, 'GET', path)
        t.match(picture, { status: 200, allowed: '*', credentials: undefined, varies: false }, path)
      }
      t.match(await preflight(origin, 'GET', path), { status: 204, allowed: '*' }, path)
    }
  }
  t.match(await preflight('https://other.test', 'DELETE', addressOf(avatars.withdraw, { params })), {
    allowed: undefined,
  })
  t.match(await preflight(app, 'DELETE', addressOf(avatars.withdraw, { params })), { allowed: app })
})

import t from 'tap'
import { addressOf, problemCodesOf } from './endpoint.js'
import { avatars, emails, endpoints, history, me, uploads } from './endpoints/index.js'
import { accountsProblems, mediaProblems } from './problems.js'

t.test('an address has its parameters and its query encoded', async (t) => {
  const trail = { params: { uploadId: 'a/b ?é' }, query: { limit: 2, cursor: undefined } }
  t.equal(addressOf(history.trail, trail), '/v1/history/a%2Fb%20%3F%C3%A9/events?limit=2')
  t.equal(
    addressOf(avatars.serveVariant, { params: { userId: 'u', version: 7, file: '64.webp' } }),
    '/v1/avatars/u/7/64.webp',
  )
  t.equal(addressOf(me.read, { query: {} }), '/v1/me')
  const filter = { q: 'a&b=c d', replace: true }
  t.equal(addressOf(uploads.list, { query: filter }), '/v1/uploads?q=a%26b%3Dc+d&replace=true')
})

t.test('the problems of an endpoint follow from its guard and its input', async (t) => {
  const codes = (endpoint: Parameters<typeof problemCodesOf>[0]) => problemCodesOf(endpoint)
  t.ok(codes(me.read).includes('unauthenticated'))
  t.notOk(codes(me.read).includes('forbidden'))
  t.notOk(codes(me.read).includes('unsupported-media-type'))
  t.ok(codes(me.patch).includes('unsupported-media-type'))
  t.ok(codes(history.list).includes('forbidden'))
  t.notOk(codes(emails.verify).includes('unauthenticated'))
  t.ok(codes(emails.verify).includes('token-expired'))
  for (const one of [me.read, uploads.create, avatars.serve]) {
    t.ok(codes(one).includes('internal-error'), one.id)
    t.equal(new Set(codes(one)).size, codes(one).length, `${one.id} names each once`)
  }
})

t.test('ids are unique, a method of a path has one endpoint, and each parameter a schema', async (t) => {
  const all = [...endpoints.accounts, ...endpoints.media]
  t.equal(new Set(all.map(({ id }) => id)).size, all.length)
  t.equal(
    new Set(all.map(({ service, method, path }) => `${service} ${method} ${path}`)).size,
    all.length,
    'methods and paths',
  )
  const tables = { accounts: accountsProblems, media: mediaProblems }
  for (const { id, service, path, params, problems = [] } of all) {
    const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
    t.strictSame(Object.keys(params?.shape ?? {}), named, `${id}: ${path}`)
    for (const code of problems) t.hasOwnProp(tables[service], code, `${id}: ${code}`)
  }
})

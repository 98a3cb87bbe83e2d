import t from 'tap'
import { endpoints } from './endpoints/index.js'
import { prefixesOf } from './prefixes.js'

const accounts = prefixesOf(endpoints.accounts)
const media = prefixesOf(endpoints.media)

t.test('each public endpoint is at or below exactly one prefix, of its own service', async (t) => {
  for (const { id, service, path, by } of [...endpoints.accounts, ...endpoints.media]) {
    const matching = { accounts, media }
    const found = Object.entries(matching).flatMap(([name, prefixes]) =>
      prefixes.filter((prefix) => path === prefix || path.startsWith(`${prefix}/`)).map(() => name),
    )
    t.strictSame(found, by === 'service' ? [] : [service], id)
  }
})

t.test('neither /internal nor what is above the API is a prefix', async (t) => {
  t.notMatch([...accounts, ...media].join(' '), /internal/)
  for (const prefix of [...accounts, ...media]) t.match(prefix, /^(\/v1)?\/[a-z.]/, prefix)
  t.strictSame(media, [
    '/v1/uploads',
    '/v1/avatars',
    '/avatar',
    '/v1/history',
    '/v1/audit',
    '/v1/takedowns',
    '/v1/blocked-images',
    '/v1/failures',
    '/v1/stats',
    '/v1/people',
    '/v1/keys',
    '/v1/webhooks',
    '/v1/upkeep',
    '/v1/queues',
  ])
})

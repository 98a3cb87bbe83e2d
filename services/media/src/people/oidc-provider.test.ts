import type { AddressInfo } from 'node:net'
import { uploads } from '@likeness/contracts/endpoints'
import { freePort, openCalls } from '@likeness/test-kit'
import Provider from 'oidc-provider'
import t, { type Test } from 'tap'
import { form, jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'

const audience = 'https://pictures.example'

/** A certified OpenID provider with one client, whose access tokens are JWTs for media. */
async function startProvider(t: Test): Promise<string> {
  const issuer = `http://127.0.0.1:${await freePort()}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'product-backend',
        client_secret: 'a secret of the test',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: 'pictures', audience, accessTokenFormat: 'jwt' }),
      },
    },
  })
  const server = provider.listen(Number(new URL(issuer).port), '127.0.0.1')
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  t.equal((server.address() as AddressInfo).port, Number(new URL(issuer).port))
  return issuer
}

t.test('tokens of a certified OpenID provider, found by its discovery', async (t) => {
  const issuer = await startProvider(t)
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('product-backend:a%20secret%20of%20the%20test')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope: 'pictures' }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  const start = (audiences: string[]) =>
    startMedia(t, {
      config: {
        ACCOUNTS_URL: '',
        ISSUERS: JSON.stringify([{ alias: 'oidc', issuer, audience: audiences }]),
      },
    })
  const media = await start([audience])
  const { call } = openCalls(media.url, { token })
  t.match(await call(uploads.create, { body: form(await jpeg()) }), { status: 201 })
  const [person] = await media.deps.db.selectFrom('people').selectAll().execute()
  t.match(person, { issuer, subject: 'product-backend' })

  const elsewhere = await start(['https://another.example'])
  t.match(await openCalls(elsewhere.url, { token }).call(uploads.list, {}), { status: 401 })
})

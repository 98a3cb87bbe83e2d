// The login of the shop: an OpenID provider that lets everybody in, by the name they give.
import { text } from 'node:stream/consumers'
import Provider from 'oidc-provider'

const login = 'http://127.0.0.1:4000'
const shop = 'http://127.0.0.1:3000'
const pictures = 'http://127.0.0.1:8080'

const provider = new Provider(login, {
  clients: [
    {
      client_id: 'shop',
      client_secret: 'a secret of the shop',
      redirect_uris: [`${shop}/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
  cookies: { keys: ['a secret of the login'] },
  findAccount: (_context, name) => ({ accountId: name, claims: () => ({ sub: name }) }),
  issueRefreshToken: () => true,
  features: {
    devInteractions: { enabled: false },
    // Access tokens for the pictures are JWTs, made out to Likeness.
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ scope: '', audience: pictures, accessTokenFormat: 'jwt' }),
    },
  },
  // Likeness draws initials of the name until there is a picture.
  extraTokenClaims: (_context, { accountId }) => ({ name: accountId }),
  interactions: { url: (_context, { uid }) => `/enter/${uid}` },
  // Nobody is asked whether their own shop may know them.
  async loadExistingGrant({ oidc: { client, session } }) {
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
    grant.addOIDCScope('openid')
    await grant.save()
    return grant
  },
})

const form = `<!doctype html><html lang="en"><title>Log in</title><link rel="icon" href="data:,">
<h1>Log in to the shop</h1>
<form method="post"><label>Your name <input name="name" required></label> <button>Log in</button></form>`

provider.use(async (context, next) => {
  if (!context.path.startsWith('/enter/')) return next()
  if (context.method !== 'POST') {
    context.body = form
    return
  }
  const name = new URLSearchParams(await text(context.req)).get('name')
  const result = { login: { accountId: name } }
  context.redirect(await provider.interactionResult(context.req, context.res, result))
})

provider.listen(Number(new URL(login).port), '127.0.0.1')

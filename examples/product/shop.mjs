// A shop with people and no pictures.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import * as oidc from 'openid-client'
import { Webhook } from 'standardwebhooks'

const shop = 'http://127.0.0.1:3000'
const login = 'http://127.0.0.1:4000'
const pictures = 'http://127.0.0.1:8080'

const overHttp = { execute: [oidc.allowInsecureRequests] } // on this machine alone
const client = await oidc.discovery(new URL(login), 'shop', 'a secret of the shop', undefined, overHttp)
const page = await readFile(new URL('page.html', import.meta.url), 'utf8')
const sessions = new Map()

const routes = {
  async 'GET /'({ session, response }) {
    if (!session?.tokens) return response.writeHead(302, { location: '/login' }).end()
    const subject = session.subject.replace(/[&"<]/g, (character) => `&#${character.charCodeAt(0)};`)
    response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .end(page.replaceAll('{{subject}}', () => subject))
  },

  async 'GET /login'({ response }) {
    const [id, verifier, state] = [randomUUID(), oidc.randomPKCECodeVerifier(), oidc.randomState()]
    sessions.set(id, { verifier, state })
    const { href } = oidc.buildAuthorizationUrl(client, {
      redirect_uri: `${shop}/callback`,
      scope: 'openid',
      resource: pictures,
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const cookie = `shop=${id}; HttpOnly; SameSite=Lax; Path=/`
    response.writeHead(302, { location: href, 'set-cookie': cookie }).end()
  },

  async 'GET /callback'({ session, response, url }) {
    const checks = { pkceCodeVerifier: session.verifier, expectedState: session.state }
    session.tokens = await oidc.authorizationCodeGrant(client, url, checks, { resource: pictures })
    session.subject = session.tokens.claims().sub
    response.writeHead(302, { location: '/' }).end()
  },

  // The page asks for the access token of its person, and once more when it was refused.
  async 'POST /token'({ session, response }) {
    if (!session?.tokens) return response.writeHead(401).end()
    if (session.tokens.expiresIn() < 60)
      session.tokens = await oidc.refreshTokenGrant(client, session.tokens.refresh_token, {
        resource: pictures,
      })
    response.end(session.tokens.access_token)
  },

  async 'POST /hooks'({ request, response }) {
    const webhook = new Webhook(process.env.WEBHOOK_SECRET)
    const { type, data } = webhook.verify(await text(request), request.headers)
    console.log(`${type} of ${data.subject}`)
    response.writeHead(204).end()
  },
}

async function answer(request, response) {
  const url = new URL(request.url, shop)
  const [, id] = /(?:^|; )shop=([\w-]+)/.exec(request.headers.cookie ?? '') ?? []
  const route = routes[`${request.method} ${url.pathname}`]
  if (route) await route({ request, response, url, session: sessions.get(id) })
  else response.writeHead(404).end()
}

createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error)
    response.writeHead(400).end()
  })
}).listen(Number(new URL(shop).port), '127.0.0.1', () => console.log(`The shop is open at ${shop}`))

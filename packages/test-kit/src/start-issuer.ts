import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

type Algorithm = 'EdDSA' | 'ES256' | 'RS256' | 'PS256'

/** A login of someone else's: discovery, a key set, and tokens signed by it. */
export async function startIssuer(t: { teardown(end: () => unknown): void }) {
  const state = {
    url: '',
    keys: [] as JWK[],
    /** Paths that were asked for. */
    asked: [] as string[],
    /** Answers in place of what is usual, where it returns true. */
    answer: (_request: IncomingMessage, _response: ServerResponse): boolean => false,
    addKey,
    token,
  }
  const privateKeys = new Map<string, { algorithm: Algorithm; key: CryptoKey }>()

  const server = createServer((request, response) => {
    const { url = '' } = request
    state.asked.push(url)
    if (state.answer(request, response)) return
    const body =
      url === '/.well-known/openid-configuration'
        ? { issuer: state.url, jwks_uri: `${state.url}/jwks` }
        : { keys: state.keys }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await addKey('first', 'EdDSA')
  return state

  async function addKey(kid: string, algorithm: Algorithm): Promise<JWK> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
    privateKeys.set(kid, { algorithm, key: privateKey })
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' }
    state.keys.push(jwk)
    return jwk
  }

  /** @param claims over those of a good token; undefined leaves one out */
  async function token(
    claims: Record<string, unknown> = {},
    { kid = 'first', iss = state.url }: { kid?: string; iss?: string } = {},
  ): Promise<string> {
    const signer = privateKeys.get(kid)
    if (!signer) throw new Error(`there is no key ${kid}`)
    const seconds = Math.floor(Date.now() / 1000)
    // One of the future could not be told from a forged one, and one of this second not from what ends now.
    const usual = { iss, sub: 'ana', aud: 'product', iat: seconds - 60, exp: seconds + 3_600 }
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: signer.algorithm, kid })
      .sign(signer.key)
  }
}

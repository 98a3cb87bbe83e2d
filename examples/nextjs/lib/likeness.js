import { createPrivateKey, createPublicKey } from 'node:crypto'
import { SignJWT } from 'jose'

const app = 'https://app.example.com'
const pictures = 'https://pictures.example.com'
// Another name with each new key.
const kid = 'likeness-1'

const privateKey = () => createPrivateKey(process.env.LIKENESS_KEY.replaceAll('\\n', '\n'))

/** A token for Likeness, good for five minutes, of who is signed in. */
export async function giveToken({ auth: session }) {
  if (!session?.user?.id) return new Response(null, { status: 401 })
  const { id, name, email } = session.user
  const token = await new SignJWT({ ...(name && { name }), ...(email && { email }) })
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .setIssuer(app)
    .setAudience(pictures)
    .setSubject(id)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey())
  return new Response(token, { headers: { 'cache-control': 'no-store' } })
}

/** The key with which Likeness checks them. */
export function giveKeys() {
  const jwk = createPublicKey(privateKey()).export({ format: 'jwk' })
  return Response.json({ keys: [{ ...jwk, kid, alg: 'EdDSA', use: 'sig' }] })
}

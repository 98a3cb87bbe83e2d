import {
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { openSealed, seal } from '@likeness/runtime/seal'
import { deriveKey, secretsOf } from '@likeness/runtime/secrets'
import type { MediaConfig } from '../config.js'
import { listAllSecrets, resealSecret, type WebhookSecretRow } from '../database/webhook-endpoints.table.js'
import type { Deps } from '../deps.js'

type Config = Pick<MediaConfig, 'SERVICE_SECRET' | 'SERVICE_SECRET_OTHER'>

const hmacBytes = 32
const keyOf = (secret: string) => deriveKey(secret, 'likeness webhook secrets')
const keysOf = ({ SERVICE_SECRET, SERVICE_SECRET_OTHER }: Config) =>
  secretsOf(SERVICE_SECRET, SERVICE_SECRET_OTHER).map(keyOf)

/** A new secret of an endpoint: the row, and what is shown once. Serialised as Standard Webhooks has it. */
export function makeSecret({ SERVICE_SECRET }: Config, endpointId: string) {
  const hmac = randomBytes(hmacBytes)
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return {
    row: {
      endpoint_id: endpointId,
      public_key: `whpk_${Buffer.from(x, 'base64url').toString('base64')}`,
      sealed: seal(keyOf(SERVICE_SECRET), endpointId, Buffer.concat([hmac, Buffer.from(d, 'base64url')])),
    },
    shown: `whsec_${hmac.toString('base64')}`,
  }
}

type Opened = { readonly hmac: Buffer; readonly key: KeyObject }

/** @returns undefined when no secret of the service opens it */
function openSecret(
  config: Config,
  { endpoint_id, public_key, sealed }: WebhookSecretRow,
): Opened | undefined {
  for (const key of keysOf(config)) {
    try {
      const opened = openSealed(key, endpoint_id, sealed)
      const x = Buffer.from(public_key.slice('whpk_'.length), 'base64').toString('base64url')
      const d = opened.subarray(hmacBytes).toString('base64url')
      const jwk = { kty: 'OKP', crv: 'Ed25519', x, d }
      return { hmac: opened.subarray(0, hmacBytes), key: createPrivateKey({ key: jwk, format: 'jwk' }) }
    } catch {
      // Perhaps with the other one.
    }
  }
  return undefined
}

/** What makes the headers of a request by Standard Webhooks 1.0, signed with each of these secrets. */
export type Sign = (id: string, at: Date, body: string) => Record<string, string>

/** @throws Error when none of the secrets can be opened */
export function openSigner(config: Config, rows: readonly WebhookSecretRow[]): Sign {
  const secrets = rows.flatMap((row) => openSecret(config, row) ?? [])
  if (secrets.length === 0) throw new Error('SERVICE_SECRET opens no secret of this webhook; rotate it')
  return (id, at, body) => {
    const timestamp = String(Math.floor(at.getTime() / 1_000))
    const content = Buffer.from(`${id}.${timestamp}.${body}`)
    const signatures = secrets.flatMap(({ hmac, key }) => [
      `v1,${createHmac('sha256', hmac).update(content).digest('base64')}`,
      `v1a,${sign(null, content, key).toString('base64')}`,
    ])
    return {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    }
  }
}

/** While SERVICE_SECRET is being changed: seals with the new one what was sealed with the other. */
export async function resealSecrets({ db, config }: Pick<Deps, 'db' | 'config'>): Promise<void> {
  if (config.SERVICE_SECRET_OTHER === undefined) return
  const [current, other] = keysOf(config) as [Buffer, Buffer]
  for (const row of await listAllSecrets(db)) {
    const opened = tryOpen(other, row)
    if (opened) await resealSecret(db, row, seal(current, row.endpoint_id, opened))
  }
}

function tryOpen(key: Buffer, { endpoint_id, sealed }: WebhookSecretRow): Buffer | undefined {
  try {
    return openSealed(key, endpoint_id, sealed)
  } catch {
    return undefined
  }
}

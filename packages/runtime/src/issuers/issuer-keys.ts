import type { CryptoKey, JWTVerifyGetKey } from 'jose'
import { createRemoteJWKSet, customFetch, errors, type RemoteJWKSet } from 'jose'
import { z } from 'zod'
import { KeysUnavailableError } from '../jwks.js'
import type { Issuer } from './issuer-config.js'

const cacheMs = 10 * 60_000
const timeoutMs = 3_000
/** An unknown `kid` fetches the keys again at most this often: whoever makes tokens up decides when it happens. */
const unknownMs = 30_000
/** A set of hundreds of keys is smaller. */
const mostBytes = 256 * 1024

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) })

/**
 * Finds the keys of an issuer: by discovery (OpenID Connect Discovery 1.0 §4) unless its key set is named. They are
 * fetched with the first token, kept for 10 minutes, and fetched again for an unknown `kid`.
 * @returns rejects with KeysUnavailableError while they cannot be fetched, with a jose error when none fits the token
 */
export function openIssuerKeys(issuer: Issuer): JWTVerifyGetKey {
  let opening: Promise<RemoteJWKSet> | undefined
  let reloading: Promise<void> | undefined
  let reloadedAt = Number.NEGATIVE_INFINITY

  async function keySet(): Promise<RemoteJWKSet> {
    opening ??= addressOf(issuer).then((address) =>
      createRemoteJWKSet(address, {
        cacheMaxAge: cacheMs,
        timeoutDuration: timeoutMs,
        // Of jose's own: `reload` decides.
        cooldownDuration: Number.POSITIVE_INFINITY,
        [customFetch]: fetchBounded,
      }),
    )
    // The next token asks again.
    return opening.catch((error: unknown) => {
      opening = undefined
      throw error
    })
  }

  /** Whether the keys were fetched again for an unknown one. All who wait for the same fetch share it. */
  async function reload(keys: RemoteJWKSet): Promise<boolean> {
    if (reloading === undefined) {
      if (performance.now() - reloadedAt < unknownMs) return false
      reloadedAt = performance.now()
      reloading = keys.reload().finally(() => {
        reloading = undefined
      })
    }
    await reloading
    return true
  }

  return async (header, token): Promise<CryptoKey> => {
    try {
      const keys = await keySet()
      try {
        return await keys(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || !(await reload(keys))) throw error
        return await keys(header, token)
      }
    } catch (error) {
      if (isOfToken(error)) throw error
      throw new KeysUnavailableError(`The keys of ${issuer.alias} could not be fetched`, { cause: error })
    }
  }
}

/** Whether the token names no key that there is, rather than that the keys are not known. */
const isOfToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported

async function addressOf({ issuer, jwksUri, discovery }: Issuer): Promise<URL> {
  if (jwksUri !== undefined) return new URL(jwksUri)
  const address = discovery ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const answer = await fetchBounded(address, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
  if (answer.status !== 200) throw new Error(`discovery answered ${answer.status}`)
  const found = Discovery.parse(await answer.json())
  // Whoever answers for another issuer could sign for it (OpenID Connect Discovery 1.0 §4.3).
  if (found.issuer !== issuer) throw new Error(`discovery names the issuer ${found.issuer.slice(0, 255)}`)
  return new URL(found.jwks_uri)
}

/** As `fetch`. @throws Error when the answer is longer than a key set is */
async function fetchBounded(url: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(url, options)
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of answer.body ?? []) {
    bytes += (part as Uint8Array).length
    if (bytes > mostBytes) throw new Error(`the answer has more than ${mostBytes} bytes`)
    parts.push(part as Uint8Array)
  }
  const { status, headers } = answer
  return new Response(status === 204 || status === 304 ? null : Buffer.concat(parts), { status, headers })
}

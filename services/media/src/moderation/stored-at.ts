import { parseStorageUrl, type S3Target } from '@likeness/storage'
import type { MediaConfig } from '../config.js'
import { deliveryOf } from '../delivery.js'
import { uploadIdOf, variantOf } from '../uploads/upload-files.js'

type Places = Pick<MediaConfig, 'DELIVERY' | 'DELIVERY_BASE' | 'STORAGE_URL' | 'STORAGE_FALLBACK_URL'>

/**
 * The upload whose file an address of the CDN (DELIVERY_BASE) or of the bucket names, however it is signed; undefined for
 * any other address.
 */
export function uploadStoredAt(config: Places, url: URL): string | undefined {
  const path = url.pathname.slice(1)
  for (const { host, prefix } of placesOf(config)) {
    const isThere = typeof host === 'string' ? host === url.host : host.test(url.host)
    if (!isThere || !path.startsWith(prefix)) continue
    const key = path.slice(prefix.length)
    const id = variantOf(key)?.id ?? uploadIdOf(key)
    if (id !== undefined) return id
  }
  return undefined
}

/** Where files are sent from: a host, and what stands before a key in the path. */
type Place = { readonly host: string | RegExp; readonly prefix: string }

function placesOf({ STORAGE_URL, STORAGE_FALLBACK_URL, ...delivery }: Places): Place[] {
  const sent = deliveryOf(delivery)
  const stores = [STORAGE_URL, STORAGE_FALLBACK_URL].flatMap((url) => {
    const target = url === undefined ? undefined : parseStorageUrl(url)
    return target?.kind === 's3' ? bucketsOf(target) : []
  })
  return sent.kind === 'redirect' ? [placeUnder(sent.base), ...stores] : stores
}

function placeUnder(base: string): Place {
  const { host, pathname } = new URL(base)
  return { host, prefix: `${pathname.slice(1)}/`.replace(/^\/+/, '') }
}

/** A bucket is named by the host or by the path, whichever way the service itself speaks to it. */
function bucketsOf({ bucket, prefix, endpoint, publicEndpoint }: S3Target): Place[] {
  const hosts = [endpoint, publicEndpoint].flatMap((url) => (url === undefined ? [] : [new URL(url).host]))
  const amazon = String.raw`s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$`
  return [
    ...hosts.flatMap((host) => [
      { host, prefix: `${bucket}/${prefix}` },
      { host: `${bucket}.${host}`, prefix },
    ]),
    ...(endpoint === undefined
      ? [
          { host: new RegExp(`^${amazon}`), prefix: `${bucket}/${prefix}` },
          { host: new RegExp(`^${bucket.replaceAll('.', String.raw`\.`)}\\.${amazon}`), prefix },
        ]
      : []),
  ]
}

import { ConfigError } from '@likeness/runtime/config'
import type { MediaConfig } from './config.js'

/** How the bytes of stored variants are sent. This process always sends drawn pictures itself. */
export type Delivery =
  | { readonly kind: 'direct' }
  /** By nginx, from an internal location under `base`, or by another proxy that takes `X-Accel-Redirect`. */
  | { readonly kind: 'accel'; readonly base: string }
  /** By a bucket or CDN that has the storage's `avatars/` under `base`. */
  | { readonly kind: 'redirect'; readonly base: string }

/** @throws ConfigError when DELIVERY and DELIVERY_BASE do not go together */
export function deliveryOf({
  DELIVERY: kind,
  DELIVERY_BASE: given = '',
}: Pick<MediaConfig, 'DELIVERY' | 'DELIVERY_BASE'>): Delivery {
  const base = given.replace(/\/+$/, '')
  if (kind === 'direct') return { kind }
  if (kind === 'accel' && !/^(\/[\w.-]+)+$/.test(base)) {
    throw new ConfigError(['DELIVERY_BASE: must be a path like /pictures where DELIVERY is accel'])
  }
  if (kind === 'redirect' && !(URL.canParse(base) && /^https?:/.test(base))) {
    throw new ConfigError(['DELIVERY_BASE: must be an http(s) URL where DELIVERY is redirect'])
  }
  return { kind, base }
}

import type { HashedAvatarQuery } from '@likeness/contracts'
import type { DefaultKind } from './draw-default.js'

/** The parameters of a Gravatar-like address. */
export type HashedRequest = {
  /** Pixels, 1 to 512. */
  readonly size: number
  readonly default: DefaultKind | '404'
  /** The default, even where there is an avatar. */
  readonly forceDefault: boolean
}

const largest = 512

/** By the names that Gravatar and Libravatar use. Their other patterns differ from person to person, as identicons do. */
const kinds: Readonly<Record<string, DefaultKind | '404'>> = {
  '404': '404',
  mp: 'silhouette',
  mm: 'silhouette',
  mysteryman: 'silhouette',
  initials: 'initials',
  retro: 'retro',
  blank: 'blank',
  identicon: 'identicon',
  monsterid: 'identicon',
  wavatar: 'identicon',
  robohash: 'identicon',
  pagan: 'identicon',
}

/**
 * Reads the parameters in their short or long form. An address of another site as the default is not followed: a link
 * to this site could then send its readers anywhere.
 */
export function readHashedQuery(query: HashedAvatarQuery): HashedRequest {
  const size = Number(query.s ?? query.size ?? 80)
  const kind = (query.d ?? query.default ?? 'mp').toLowerCase()
  const forced = (query.f ?? query.forcedefault ?? 'n').toLowerCase()
  return {
    size: Number.isInteger(size) && size >= 1 ? Math.min(size, largest) : 80,
    default: Object.hasOwn(kinds, kind) ? (kinds[kind] ?? 'silhouette') : 'silhouette',
    forceDefault: ['y', 'yes', '1', 'true'].includes(forced),
  }
}

import type { AvatarQuery } from '@likeness/contracts'
import {
  canDrawInitials,
  type Drawing,
  type DrawOptions,
  draw,
  type EncodedFormat,
  initialsColours,
} from '@likeness/images'
import type { Deps } from '../deps.js'
import type { AvatarCache } from './avatar-cache.js'

/** The kinds of picture drawn for someone without one. */
export type DefaultKind = Exclude<AvatarQuery['default'], '404'> | 'retro' | 'silhouette'

/** A drawn picture. `complete` is false when it is a stand-in because accounts is away. */
export type Drawn = { readonly bytes: Buffer; readonly complete: boolean }

/**
 * Draws a default picture once: equal drawings are kept under one key, whichever user they stand for.
 * @param who the user it stands for; initials need the `userId`
 */
export async function drawDefault(
  { cache, config, logger }: { cache: AvatarCache } & Pick<Deps, 'config' | 'logger'>,
  kind: DefaultKind,
  who: { seed: string; userId: string | undefined },
  picture: { size: number; format: EncodedFormat },
): Promise<Drawn> {
  const options = { ...picture, background: config.AVATAR_BACKGROUND, avifEffort: config.AVIF_EFFORT }
  if (kind !== 'initials') {
    const drawing = kind === 'identicon' || kind === 'retro' ? { kind, seed: who.seed } : { kind }
    return { bytes: await keep(cache, drawing, options), complete: true }
  }
  const initials = await initialsOf(cache, who.userId).catch((error: unknown) => {
    logger.warn({ err: error }, 'could not read initials from accounts')
    return 'unknown' as const
  })
  const drawing: Drawing = initials === 'unknown' ? { kind: 'silhouette' } : initials
  return { bytes: await keep(cache, drawing, options), complete: initials !== 'unknown' }
}

/** Initials in the user's colour; a silhouette where there are none or no font has them. */
async function initialsOf(cache: AvatarCache, userId: string | undefined): Promise<Drawing> {
  const letters = userId === undefined ? undefined : await cache.initials(userId)
  if (userId === undefined || letters === undefined || !canDrawInitials(letters))
    return { kind: 'silhouette' }
  // The end of a UUID is random.
  return { kind: 'initials', letters, colour: Number.parseInt(userId.slice(-6), 16) % initialsColours }
}

function keep(cache: AvatarCache, drawing: Drawing, options: DrawOptions): Promise<Buffer> {
  const { size, format } = options
  return cache.picture(undefined, `drawn/${Object.values(drawing).join('/')}/${size}.${format}`, () =>
    draw(drawing, options),
  )
}

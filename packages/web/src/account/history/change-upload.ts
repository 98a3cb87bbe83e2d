import { avatars, type Crop, type Upload, uploads } from '@likeness/client'
import { client } from '../../api/likeness.js'

/** What its owner may do with an upload. */
export type Act = 'restore' | 'recrop' | 'describe' | 'withdraw' | 'discard' | 'erase'

/** What an upload allows as it is. */
export function actsOn({ status, heldByOperator }: Upload): readonly Act[] {
  switch (status) {
    case 'published':
      return ['recrop', 'describe', 'withdraw']
    case 'superseded':
      return ['restore', 'recrop', 'erase']
    case 'withdrawn':
      return heldByOperator ? ['erase'] : ['restore', 'recrop', 'erase']
    case 'pending':
      return ['discard']
    case 'expired':
    case 'rejected':
    case 'failed':
      return ['erase']
    default:
      return []
  }
}

/** What an act needs: `crop` for `recrop`, which makes an upload of its own, `altText` for `describe`. */
export type Given = { readonly crop?: Crop; readonly altText?: string }

/**
 * Does it, and waits until it shows.
 * @returns the upload that is the avatar now, if there is another
 * @throws LikenessError
 */
export async function actOn(upload: Upload, act: Act, { crop, altText }: Given): Promise<Upload | undefined> {
  const { id, userId, avatar } = upload
  switch (act) {
    case 'restore':
      return uploads.restore(client, id)
    case 'recrop':
      return uploads.restore(client, id, { crop })
    case 'describe':
      await avatars.describe(client, userId, altText || null, { version: avatar?.version })
      return undefined
    case 'withdraw':
      await avatars.withdraw(client, userId, { version: avatar?.version })
      return undefined
    case 'discard':
    case 'erase':
      await uploads.discard(client, id)
      return undefined
  }
}

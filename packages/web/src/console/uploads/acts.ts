import { avatars, operators, type Upload, uploads } from '@likeness/client'
import { client } from '../../api/likeness.js'
import type { SeenUpload } from './read-upload.js'

/** What an operator may do to one upload. */
export type Act = 'withdraw' | 'refuse' | 'discard' | 'describe' | 'restore' | 'lift-hold' | 'erase'

/** The acts that the state of an upload allows. */
export function actsOn({ status, heldByOperator }: Upload): readonly Act[] {
  switch (status) {
    case 'pending':
      return ['refuse', 'discard']
    case 'published':
      return ['describe', 'withdraw']
    case 'superseded':
      return ['restore', 'erase']
    case 'withdrawn':
      return heldByOperator ? ['restore', 'lift-hold', 'erase'] : ['restore', 'erase']
    case 'rejected':
    case 'failed':
    case 'expired':
      return ['erase']
    default:
      return []
  }
}

/** Acts whose reason the server wants. */
export const wantsReason = (act: Act): boolean => act === 'withdraw' || act === 'refuse'

/** The values of an act's form. */
export type Given = { readonly reason?: string; readonly altText?: string }

/**
 * Acts on an upload as it was seen: the server compares its tag in the act itself.
 * @param given `reason`, where the server wants one; `altText` for `describe`
 * @throws LikenessError `stale` when it has changed since, and those of each act
 */
export async function perform(act: Act, { upload, etag }: SeenUpload, given: Given): Promise<void> {
  const { reason = '', altText = '' } = given
  switch (act) {
    case 'withdraw':
      return avatars.withdraw(client, upload.userId, { reason, etag })
    case 'describe':
      await avatars.describe(client, upload.userId, altText.trim() || null, { etag })
      return
    case 'refuse':
      await operators.refuse(client, upload.id, { reason, sha256: upload.sha256 }, { etag })
      return
    case 'restore':
      await uploads.restore(client, upload.id, { etag })
      return
    case 'lift-hold':
      await operators.liftHold(client, upload.id, { etag })
      return
    case 'discard':
    case 'erase':
      await uploads.discard(client, upload.id, { etag })
  }
}

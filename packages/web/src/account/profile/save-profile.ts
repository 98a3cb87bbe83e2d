import { call, type UserPatch } from '@likeness/client'
import { client } from '../../api/likeness.js'
import { type SeenProfile, seenIn } from './read-profile.js'

/**
 * Changes what the patch names, of the version that was seen.
 * @throws LikenessError `stale` when something changed since, `validation-failed`, `username-taken`
 */
export async function saveProfile(patch: UserPatch, tag: string | undefined): Promise<SeenProfile> {
  const answer = await call(client, 'PATCH /v1/me', { body: patch, headers: { 'if-match': tag } })
  return seenIn(answer)
}

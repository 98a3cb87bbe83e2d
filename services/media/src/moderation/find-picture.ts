import { toAccounts } from '@likeness/contracts/endpoints'
import { findRenderedAs } from '../database/addressed-pictures.queries.js'
import { findLiveAvatar } from '../database/avatars.table.js'
import { findAnyUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { type Named, readAddress } from './read-address.js'

/**
 * The upload that an address shows, or showed before it was withdrawn or erased.
 * @throws Problem avatar-not-found, upload-not-found, and those of `readAddress`; ServiceAwayError where accounts has to
 * tell whose e-mail address a hash is of
 */
export async function findPicture(deps: Deps, address: string): Promise<UploadRow> {
  const id = await findId(deps, readAddress(deps.config, address))
  const row = id === undefined ? undefined : await findAnyUpload(deps.db, id)
  if (!row) throw problem(id === undefined ? 'avatar-not-found' : 'upload-not-found')
  return row
}

async function findId(deps: Deps, named: Named): Promise<string | undefined> {
  switch (named.kind) {
    case 'upload':
      return named.id
    case 'variant':
      return findRenderedAs(deps.db, { user_id: named.userId, version: named.version })
    case 'avatar':
      return (await findLiveAvatar(deps.db, named.userId))?.upload_id
    case 'hash': {
      const answer = await deps.accounts(toAccounts.findByEmailHash, { params: { hash: named.hash } })
      return answer.ok ? (await findLiveAvatar(deps.db, answer.body.userId))?.upload_id : undefined
    }
  }
}

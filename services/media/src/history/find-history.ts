import type { HistoryEntry, HistoryQuery } from '@likeness/contracts'
import { toAccounts } from '@likeness/contracts/endpoints'
import { type HistoryRow, type HistoryRows, listHistory } from '../database/history.queries.js'
import type { HistoryFilter } from '../database/history-filters.js'
import type { Deps } from '../deps.js'
import { viewUploads } from '../uploads/upload-view.js'

/** What is asked of the history, apart from its pages. */
export type HistoryQuestion = Omit<HistoryQuery, 'limit' | 'cursor'>

/**
 * The rows of one page, or of one batch of an export.
 * @param page `after`: the place of the last row before it; at most `limit` rows
 */
export type ReadHistory = (page: { after: string | undefined; limit: number }) => Promise<HistoryRows>

/**
 * Prepares to read the uploads that match: accounts is asked once who has the username.
 * @throws ServiceAwayError
 */
export async function findHistory(
  deps: Pick<Deps, 'db' | 'accounts'>,
  { username, sort, ...filter }: HistoryQuestion,
): Promise<ReadHistory> {
  const owned = username === undefined ? filter : await ownedBy(deps, username, filter)
  return async (page) =>
    owned ? listHistory(deps.db, owned, { sort, ...page }) : { rows: [], rest: undefined }
}

/** @returns undefined where nobody has the username, or another than `userId` */
async function ownedBy(
  { accounts }: Pick<Deps, 'accounts'>,
  username: string,
  filter: HistoryFilter,
): Promise<HistoryFilter | undefined> {
  const answer = await accounts(toAccounts.findByUsername, { params: { username } })
  if (!answer.ok) return undefined
  const { userId } = answer.body
  return filter.userId === undefined || filter.userId === userId ? { ...filter, userId } : undefined
}

/** Rows as managers see them. */
export async function viewHistory(
  deps: Pick<Deps, 'db' | 'config' | 'previews'>,
  rows: readonly HistoryRow[],
): Promise<HistoryEntry[]> {
  const uploads = await viewUploads(deps, rows)
  return uploads.map((upload, index) => ({
    ...upload,
    uploadedBy: rows[index]?.uploaded_by ?? null,
    ip: rows[index]?.ip ?? null,
  }))
}

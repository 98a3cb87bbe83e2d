import type { Changes, TellDescription } from '@likeness/contracts'
import { toAccounts } from '@likeness/contracts/endpoints'
import { findUntoldText, markTextTold } from '../database/descriptions.queries.js'
import type { WorkerDeps } from '../deps.js'

/** The job of a changed text: tells accounts, so the profile shows it and its owner's activity says who changed it. */
export async function tellDescription(
  deps: WorkerDeps,
  { userId, uploadId }: { userId: string; uploadId: string },
): Promise<void> {
  const key = { user_id: userId, id: uploadId }
  const text = await findUntoldText(deps.db, key)
  // Accounts does not have this version yet: publishing tells it, with the text, and adds this job again.
  if (!text || text.status === 'confirmed') return
  // An unknown user counts as told: there is no profile to change.
  await deps.accounts(toAccounts.describeAvatar, {
    params: { id: userId },
    body: {
      version: text.version,
      uploadId,
      revision: text.text_revision,
      altText: text.alt_text,
      changes: text.changes.flatMap(({ revision, actor_id, ip, user_agent, changes }): Change[] =>
        // The trail forgets actors who are erased.
        actor_id === null
          ? []
          : [{ revision, actor: { id: actor_id, ip, userAgent: user_agent }, altText: textOf(changes) }],
      ),
    },
  })
  await markTextTold(deps.db, key, text.text_revision)
}

type Change = TellDescription['changes'][number]

/** Erasing the picture takes its texts out of the trail. */
function textOf(changes: Changes | null): Change['altText'] {
  const { before = null, after = null } = changes?.altText ?? {}
  return changes?.altText ? { before: before as string | null, after: after as string | null } : null
}

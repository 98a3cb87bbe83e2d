import { type Act, actsOn, perform } from './acts.js'
import { readSeen, type SeenUpload } from './read-upload.js'

/** What may be done to many at once; what it is for each of them depends on its state. */
export const bulkActs = ['take-away', 'erase', 'lift-hold'] as const
export type BulkAct = (typeof bulkActs)[number]

const meaning: Record<BulkAct, readonly Act[]> = {
  'take-away': ['withdraw', 'refuse'],
  erase: ['erase', 'discard'],
  'lift-hold': ['lift-hold'],
}

/** What would be done to one upload: nothing where its state allows no such act. */
export type Planned = { readonly seen: SeenUpload; readonly act: Act | undefined }

/** How many requests are under way at once. */
const AT_ONCE = 4

/** Reads each upload as it is now, and says what the act would do to it. Those erased meanwhile are left out. */
export async function plan(act: BulkAct, ids: readonly string[], signal: AbortSignal): Promise<Planned[]> {
  const planned = new Map<string, Planned>()
  await each(ids, async (id) => {
    signal.throwIfAborted()
    const seen = await readSeen(id, signal)
    if (seen) planned.set(id, { seen, act: actsOn(seen.upload).find((one) => meaning[act].includes(one)) })
  })
  return ids.flatMap((id) => planned.get(id) ?? [])
}

/** How it went with one upload: done, or why not. */
export type Outcome = { readonly done: true } | { readonly done: false; readonly error: unknown }

/**
 * Does what was planned, one after another, until it is all done or aborted: one that fails stops none of the others.
 * @param onOutcome called for each
 */
export async function carryOut(
  planned: readonly Planned[],
  reason: string,
  { signal, onOutcome }: { signal: AbortSignal; onOutcome: (id: string, outcome: Outcome) => void },
): Promise<void> {
  await each(planned, async ({ seen, act }) => {
    if (act === undefined || signal.aborted) return
    try {
      await perform(act, seen, { reason })
      onOutcome(seen.upload.id, { done: true })
    } catch (error) {
      onOutcome(seen.upload.id, { done: false, error })
    }
  })
}

async function each<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await act(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

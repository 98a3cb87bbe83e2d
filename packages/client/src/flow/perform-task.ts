import * as avatars from '../avatars.js'
import type { Client } from '../client.js'
import { isProblem, LikenessError } from '../error.js'
import { faultOf } from '../follow.js'
import { newKey } from '../key.js'
import * as uploads from '../uploads.js'
import type { FlowEvent, Task } from './flow-state.js'

/** What a task works with. */
export type Work = {
  readonly client: Client
  readonly report: (event: FlowEvent) => void
  /** Called when the server says how many bytes an upload may have. */
  readonly learnLimit: (bytes: number) => void
  /** Makes a smaller copy, where that can be done. */
  readonly shrink: ((file: File, signal: AbortSignal) => Promise<File>) | undefined
  readonly signal: AbortSignal
}

type Perform<Given extends Task> = (task: Given, work: Work) => Promise<void>

/** Performs the task of a state, and reports by events until it is aborted. */
export async function performTask(task: Task, work: Work): Promise<void> {
  const report = (event: FlowEvent) => {
    if (!work.signal.aborted) work.report(event)
  }
  try {
    await (performers[task.do] as Perform<typeof task>)(task, { ...work, report })
  } catch (thrown) {
    const fault = thrown instanceof LikenessError ? thrown : unexpected(thrown)
    report({ type: 'failed', fault, canShrink: work.shrink !== undefined })
  }
}

/** Tries for as long as the fault may pass, and tells of it. */
const persistently = ({ report, signal }: Work) => ({
  signal,
  retries: Number.POSITIVE_INFINITY,
  onRetry: (fault: LikenessError) => report({ type: 'trouble', fault }),
})

async function load(_: Task, { client, report, learnLimit, signal }: Work): Promise<void> {
  const { upload, limit } = await uploads.unfinished(client, { signal })
  if (limit !== undefined) learnLimit(limit)
  if (upload === undefined) report({ type: 'nothing-unfinished' })
  else if (upload.status === 'pending') report({ type: 'staged', upload })
  else report({ type: 'confirmed', upload })
}

async function shrink(
  { file }: Extract<Task, { do: 'shrink' }>,
  { shrink, report, signal }: Work,
): Promise<void> {
  if (shrink) report({ type: 'shrunk', file: await shrink(file, signal), key: newKey() })
}

/** A person decides whether it is tried again, since a large file on a weak connection takes long. */
async function send(
  { file, replaceOldest, key }: Extract<Task, { do: 'send' }>,
  { client, report, signal }: Work,
): Promise<void> {
  const onProgress = (share: number) => report({ type: 'progressed', share })
  const replace = replaceOldest ? 'oldest' : undefined
  const upload = await uploads.send(client, file, { key, replace, signal, retries: 0, onProgress })
  report({ type: 'staged', upload })
}

async function prepare({ id }: Extract<Task, { do: 'prepare' }>, work: Work): Promise<void> {
  const { client, report } = work
  for await (const upload of uploads.follow(client, id, persistently(work))) {
    report({ type: 'waiting', upload })
    if (upload.status === 'confirmed') return report({ type: 'confirmed', upload })
    if (upload.status === 'published') return report({ type: 'published', change: undefined })
    if (upload.status !== 'pending') throw faultOf(upload)
    if (upload.previewUrl === null) continue
    const preview = await uploads.readPreview(client, id, persistently(work))
    return report({ type: 'previewed', upload, preview })
  }
}

async function discard(
  { id }: Extract<Task, { do: 'discard' }>,
  { client, report, signal }: Work,
): Promise<void> {
  try {
    await uploads.discard(client, id, { signal })
  } catch (error) {
    // An upload that is already gone needs no discarding.
    if (!isProblem(error, 'upload-not-found', 'upload-expired')) throw error
  }
  report({ type: 'discarded' })
}

async function publish({ id, request }: Extract<Task, { do: 'publish' }>, work: Work): Promise<void> {
  const { client, report } = work
  const options = persistently(work)
  if (!request) {
    await uploads.untilLive(client, await uploads.readOne(client, id, options), options)
    return report({ type: 'published', change: undefined })
  }
  // Read before it is replaced: this is what an undo brings back.
  const [before] = (await uploads.list(client, { status: 'published', limit: 1 }, options)).items
  const live = await uploads.confirm(client, id, { ...request, ...options })
  report({ type: 'published', change: { live, before } })
}

/** Brings back what the confirmation replaced; where there was nothing, takes the avatar away. */
async function undo(
  { change: { live, before }, key }: Extract<Task, { do: 'undo' }>,
  work: Work,
): Promise<void> {
  const options = { ...persistently(work), key }
  if (before) await uploads.restore(work.client, before.id, options)
  else await avatars.withdraw(work.client, live.userId, { ...options, version: live.avatar?.version })
  work.report({ type: 'undone' })
}

const performers: { readonly [Do in Task['do']]: Perform<Extract<Task, { do: Do }>> } = {
  load,
  shrink,
  send,
  prepare,
  discard,
  publish,
  undo,
}

const unexpected = (cause: unknown): LikenessError =>
  new LikenessError('client-error', {
    title: 'Something went wrong here',
    cause,
  })

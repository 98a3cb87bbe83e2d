import type { Upload } from '@likeness/contracts'
import { newActionKey } from '../api/action-key.js'
import { asFault, Fault } from '../api/fault.js'
import type { FlowEvent, Task } from './flow.js'
import { shrinkPicture } from './shrink-picture.js'
import {
  confirmUpload,
  discardUpload,
  findUnfinished,
  readPreview,
  readUpload,
  stageUpload,
} from './uploads.js'

type Dispatch = (event: FlowEvent) => void
type LearnLimit = (bytes: number) => void

/**
 * Performs the task of a state, and reports by events until `signal` is aborted.
 * @param learnLimit called when the server says how many bytes an upload may have
 */
export async function performTask(
  task: Task,
  dispatch: Dispatch,
  learnLimit: LearnLimit,
  signal: AbortSignal,
): Promise<void> {
  const report: Dispatch = (event) => {
    if (!signal.aborted) dispatch(event)
  }
  try {
    await perform(task, report, learnLimit, signal)
  } catch (error) {
    report({ type: 'failed', fault: asFault(error) })
  }
}

async function perform(
  task: Task,
  report: Dispatch,
  learnLimit: LearnLimit,
  signal: AbortSignal,
): Promise<void> {
  switch (task.do) {
    case 'load':
      return load(report, learnLimit, signal)
    case 'shrink':
      return report({ type: 'shrunk', file: await shrinkPicture(task.file, task.limit, signal) })
    case 'send':
      return send(task, report, signal)
    case 'prepare':
      return prepare(task.id, report, signal)
    case 'discard':
      return discard(task.id, report, signal)
    case 'publish':
      return publish(task, report, signal)
  }
}

async function load(report: Dispatch, learnLimit: LearnLimit, signal: AbortSignal): Promise<void> {
  const upload = await findUnfinished(learnLimit, signal)
  if (upload === undefined) report({ type: 'nothing-unfinished' })
  else if (upload.status === 'pending') report({ type: 'staged', upload })
  else report({ type: 'confirmed', upload, request: undefined })
}

async function send(
  task: Extract<Task, { do: 'send' }>,
  report: Dispatch,
  signal: AbortSignal,
): Promise<void> {
  const onProgress = (share: number) => report({ type: 'progressed', share })
  const { replaceOldest } = task
  const upload = await stageUpload(task.file, { replaceOldest, signal, onProgress })
  report({ type: 'staged', upload })
  // Cancelled after the last byte had left: the upload exists, but is no longer wanted.
  if (signal.aborted) await discardUpload(upload.id)
}

async function prepare(id: string, report: Dispatch, signal: AbortSignal): Promise<void> {
  for await (const upload of uploadAsItChanges(id, report, signal)) {
    if (upload.status === 'confirmed') return report({ type: 'confirmed', upload, request: undefined })
    if (upload.status === 'published') return report({ type: 'published' })
    if (upload.status !== 'pending') throw faultOf(upload)
    if (upload.previewUrl === null) continue
    const preview = await persistently(() => readPreview(id, signal), report, signal)
    return report({ type: 'previewed', upload, preview })
  }
}

async function discard(id: string, report: Dispatch, signal: AbortSignal): Promise<void> {
  try {
    await discardUpload(id, signal)
  } catch (error) {
    // An upload that is already gone needs no discarding.
    if (!(error instanceof Fault) || (error.rest.status !== 404 && error.rest.status !== 410)) throw error
  }
  report({ type: 'discarded' })
}

async function publish(
  task: Extract<Task, { do: 'publish' }>,
  report: Dispatch,
  signal: AbortSignal,
): Promise<void> {
  const { id, request } = task
  if (request !== undefined) {
    const key = newActionKey()
    const upload = await persistently(() => confirmUpload(id, request, key, signal), report, signal)
    if (upload.status === 'published') return report({ type: 'published' })
  }
  for await (const upload of uploadAsItChanges(id, report, signal)) {
    // Superseded: it was published, and then another picture was.
    if (upload.status === 'published' || upload.status === 'superseded') return report({ type: 'published' })
    if (upload.status !== 'confirmed') throw faultOf(upload)
  }
}

/** Polls the upload, quickly at first: a preview takes a fraction of a second. */
async function* uploadAsItChanges(id: string, report: Dispatch, signal: AbortSignal): AsyncGenerator<Upload> {
  for (let pause = 150; ; pause = Math.min(pause * 1.4, 2_000)) {
    const upload = await persistently(() => readUpload(id, signal), report, signal)
    report({ type: 'waiting', upload })
    yield upload
    await delay(pause, signal)
  }
}

/** Repeats a request that is safe to repeat, for as long as its fault may be temporary. */
async function persistently<Result>(
  request: () => Promise<Result>,
  report: Dispatch,
  signal: AbortSignal,
): Promise<Result> {
  for (let pause = 500; ; pause = Math.min(pause * 2, 8_000)) {
    try {
      return await request()
    } catch (error) {
      if (!(error instanceof Fault) || !error.isPassing) throw error
      report({ type: 'trouble', fault: error })
      await delay((error.rest.retryAfter ?? 0) * 1000 || pause, signal)
    }
  }
}

/** @throws the signal's reason when it is aborted meanwhile */
function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

/** The reason why an upload ended without becoming the avatar. */
function faultOf(upload: Upload): Fault {
  const of = (code: string, title: string, detail: string) =>
    new Fault(code, title, upload.failure?.detail ?? detail)
  switch (upload.status) {
    case 'rejected':
      return of('upload-rejected', 'This picture cannot be used', 'It could not be decoded: choose another.')
    case 'expired':
      return of('upload-expired', 'This picture has expired', 'It was not confirmed in time: send it again.')
    case 'discarded':
      return of('upload-discarded', 'This picture was discarded', 'Perhaps in another tab: send it again.')
    default:
      return of('upload-failed', 'This picture could not be published', 'Send it again, or choose another.')
  }
}

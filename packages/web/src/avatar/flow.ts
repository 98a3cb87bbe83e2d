import type { ConfirmUpload, Upload } from '@likeness/contracts'
import type { Fault } from '../api/fault.js'

/**
 * The avatar flow as a state machine. Each state with a `task` is working on it (`perform-task.ts`), and
 * leaving the state aborts the task; the others wait for the person.
 *
 * ```
 * loading ──► choosing ──► sending ──► preparing ──► cropping ──► publishing ──► choosing (published)
 *    │          │  ▲          ▲           ▲            │   ▲           │
 *    │          ▼  │          │           │            ▼   └ refused ──┘
 *    │        shrinking ──────┘           │        discarding ──► choosing
 *    └────────────────────────────────────┘
 * ```
 */
export type FlowState =
  | { step: 'loading'; task: Extract<Task, { do: 'load' }> }
  | { step: 'choosing'; notice: Notice | undefined }
  | { step: 'shrinking'; task: Extract<Task, { do: 'shrink' }> }
  | { step: 'sending'; task: Extract<Task, { do: 'send' }>; share: number }
  | { step: 'preparing'; task: Extract<Task, { do: 'prepare' }>; upload: Upload; trouble: Fault | undefined }
  | { step: 'cropping'; upload: Upload; preview: Blob; fault: Fault | undefined }
  | { step: 'discarding'; task: Extract<Task, { do: 'discard' }>; upload: Upload; preview: Blob | undefined }
  | {
      step: 'publishing'
      task: Extract<Task, { do: 'publish' }>
      upload: Upload
      /** Undefined when it was confirmed before a reload. */
      preview: Blob | undefined
      trouble: Fault | undefined
    }

type With<Step extends FlowState['step']> = Extract<FlowState, { step: Step }>
/** States that show the picture. */
export type Previewed = With<'cropping'> | ((With<'discarding'> | With<'publishing'>) & { preview: Blob })
/** States that have an upload but no picture to show. */
export type Unpreviewed = With<'preparing'> | With<'discarding'> | With<'publishing'>

export type Task =
  | { do: 'load' }
  /** The file is over the server's limit. */
  | { do: 'shrink'; file: File; limit: number | undefined }
  | { do: 'send'; file: File; replaceOldest: boolean }
  | { do: 'prepare'; id: string }
  | { do: 'discard'; id: string }
  /** Without `request` it is already confirmed, and is only watched. */
  | { do: 'publish'; id: string; request: ConfirmUpload | undefined }

/** The notice above the choice of a picture. */
export type Notice =
  | { kind: 'published' }
  | { kind: 'discarded' }
  /** `again` is the task that may be tried once more; `tooLarge` the file that may be made smaller. */
  | { kind: 'fault'; fault: Fault; again: Task | undefined; tooLarge?: File }

export type FlowEvent =
  | { type: 'nothing-unfinished' }
  | { type: 'picked'; file: File; replaceOldest?: boolean }
  | { type: 'refused'; fault: Fault; tooLarge?: File }
  | { type: 'shrink'; file: File; limit: number | undefined }
  | { type: 'shrunk'; file: File }
  | { type: 'progressed'; share: number }
  | { type: 'staged'; upload: Upload }
  | { type: 'waiting'; upload: Upload }
  | { type: 'trouble'; fault: Fault }
  | { type: 'previewed'; upload: Upload; preview: Blob }
  | { type: 'confirmed'; request: ConfirmUpload | undefined; upload: Upload }
  | { type: 'cancelled' }
  | { type: 'discarded' }
  | { type: 'published' }
  | { type: 'failed'; fault: Fault }
  | { type: 'again' }

export const firstState: FlowState = { step: 'loading', task: { do: 'load' } }

/** The next state. An event that means nothing in a state leaves it unchanged, so repeated clicks are safe. */
export function nextState(state: FlowState, event: FlowEvent): FlowState {
  switch (event.type) {
    case 'nothing-unfinished':
      return state.step === 'loading' ? choosing() : state
    case 'picked':
      if (state.step !== 'choosing') return state
      return sending({ do: 'send', file: event.file, replaceOldest: event.replaceOldest ?? false })
    case 'refused':
      return state.step === 'choosing' ? choosing(faulty(event.fault, undefined, event.tooLarge)) : state
    case 'shrink':
      if (state.step !== 'choosing') return state
      return { step: 'shrinking', task: { do: 'shrink', file: event.file, limit: event.limit } }
    case 'shrunk':
      return state.step === 'shrinking'
        ? sending({ do: 'send', file: event.file, replaceOldest: false })
        : state
    case 'progressed':
      return state.step === 'sending' ? { ...state, share: event.share } : state
    case 'staged':
      return state.step === 'loading' || state.step === 'sending' ? preparing(event.upload) : state
    case 'waiting':
      return state.step === 'preparing' || state.step === 'publishing'
        ? { ...state, upload: event.upload, trouble: undefined }
        : state
    case 'trouble':
      return state.step === 'preparing' || state.step === 'publishing'
        ? { ...state, trouble: event.fault }
        : state
    case 'previewed':
      if (state.step !== 'preparing') return state
      return { step: 'cropping', upload: event.upload, preview: event.preview, fault: undefined }
    case 'confirmed':
      return publishing(state, event.upload, event.request)
    case 'cancelled':
      return cancelled(state)
    case 'discarded':
      return state.step === 'discarding' ? choosing({ kind: 'discarded' }) : state
    case 'published':
      return state.step === 'publishing' || state.step === 'preparing'
        ? choosing({ kind: 'published' })
        : state
    case 'failed':
      return failed(state, event.fault)
    case 'again':
      return again(state)
  }
}

const choosing = (notice?: Notice): FlowState => ({ step: 'choosing', notice })
const faulty = (fault: Fault, again: Task | undefined, tooLarge?: File): Notice => ({
  kind: 'fault',
  fault,
  again,
  ...(tooLarge ? { tooLarge } : {}),
})
const sending = (task: Extract<Task, { do: 'send' }>): FlowState => ({ step: 'sending', task, share: 0 })
const preparing = (upload: Upload): FlowState => ({
  step: 'preparing',
  task: { do: 'prepare', id: upload.id },
  upload,
  trouble: undefined,
})

function publishing(state: FlowState, upload: Upload, request: ConfirmUpload | undefined): FlowState {
  if (state.step !== 'cropping' && state.step !== 'preparing' && state.step !== 'loading') return state
  const preview = state.step === 'cropping' ? state.preview : undefined
  const task = { do: 'publish' as const, id: upload.id, request }
  return { step: 'publishing', task, upload, preview, trouble: undefined }
}

function cancelled(state: FlowState): FlowState {
  if (state.step === 'shrinking') return choosing()
  if (state.step === 'sending') return choosing({ kind: 'discarded' })
  if (state.step !== 'preparing' && state.step !== 'cropping') return state
  const preview = state.step === 'cropping' ? state.preview : undefined
  return { step: 'discarding', task: { do: 'discard', id: state.upload.id }, upload: state.upload, preview }
}

function failed(state: FlowState, fault: Fault): FlowState {
  switch (state.step) {
    case 'loading':
      return choosing(faulty(fault, state.task))
    case 'sending':
      return choosing(
        faulty(
          fault,
          mayRepeat(fault) ? state.task : undefined,
          isTooLarge(fault) ? state.task.file : undefined,
        ),
      )
    case 'shrinking':
      return choosing(faulty(fault, undefined))
    case 'publishing':
    case 'discarding':
      // Still pending, so it can be corrected or tried again; otherwise only another picture helps.
      return state.preview !== undefined && !isOver(fault)
        ? { step: 'cropping', upload: state.upload, preview: state.preview, fault }
        : choosing(faulty(fault, undefined))
    case 'preparing':
      return choosing(faulty(fault, undefined))
    default:
      return state
  }
}

function again(state: FlowState): FlowState {
  if (state.step !== 'choosing' || state.notice?.kind !== 'fault') return state
  const { again: task } = state.notice
  if (task?.do === 'load') return { step: 'loading', task: { ...task } }
  if (task?.do === 'send') return sending({ ...task })
  return state
}

/** Whether it may be accepted with fewer bytes or pixels. */
const isTooLarge = ({ code }: Fault) => code === 'image-too-large' || code === 'too-many-pixels'

/** Whether sending the same bytes once more can succeed. */
function mayRepeat(fault: Fault): boolean {
  return fault.isPassing || fault.rest.status === 429 || fault.code === 'malformed-multipart'
}

/** Whether nothing is left to confirm or discard: the upload is gone, unknown, or no longer pending. */
function isOver(fault: Fault): boolean {
  const { status } = fault.rest
  return status === 404 || status === 409 || status === 410
}

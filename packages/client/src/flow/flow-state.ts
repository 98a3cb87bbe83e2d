import type { ConfirmUpload, Crop, Upload } from '../api.js'
import type { LikenessError } from '../error.js'

/**
 * The avatar flow as a state machine. Each state with a `task` is working on it (`perform-task.ts`), and
 * leaving the state aborts the task; the others wait for the person.
 *
 * ```
 * loading ──► choosing ──► sending ──► preparing ──► cropping ──► publishing ──► choosing (published)
 *    │        │  ▲  ▲         ▲           ▲            │   ▲           │            │       ▲
 *    │        ▼  │  │         │           │            ▼   └ refused ──┘            ▼       │
 *    │     shrinking └────────┘           │        discarding ──► choosing        undoing ──┘
 *    └────────────────────────────────────┘
 * ```
 */
export type FlowState =
  | { step: 'loading'; task: Extract<Task, { do: 'load' }> }
  | { step: 'choosing'; notice: Notice | undefined }
  | { step: 'shrinking'; task: Extract<Task, { do: 'shrink' }> }
  /** `share`: of its bytes, 0 to 1. */
  | { step: 'sending'; task: Extract<Task, { do: 'send' }>; share: number }
  /** `trouble`: what keeps it, while it is tried again. */
  | {
      step: 'preparing'
      task: Extract<Task, { do: 'prepare' }>
      upload: Upload
      trouble: LikenessError | undefined
    }
  /** `crop`: in pixels of the upright picture; the centred square while it is undefined. */
  | {
      step: 'cropping'
      upload: Upload
      preview: Blob
      crop: Crop | undefined
      fault: LikenessError | undefined
    }
  | { step: 'discarding'; task: Extract<Task, { do: 'discard' }>; upload: Upload; preview: Blob | undefined }
  | {
      step: 'publishing'
      task: Extract<Task, { do: 'publish' }>
      upload: Upload
      /** Undefined when it was confirmed before a reload. */
      preview: Blob | undefined
      crop: Crop | undefined
      trouble: LikenessError | undefined
    }
  | { step: 'undoing'; task: Extract<Task, { do: 'undo' }>; trouble: LikenessError | undefined }

export type Task =
  | { do: 'load' }
  /** The file is over the server's limit. */
  | { do: 'shrink'; file: File }
  | { do: 'send'; file: File; replaceOldest: boolean; key: string }
  | { do: 'prepare'; id: string }
  | { do: 'discard'; id: string }
  /** Without `request` it is already confirmed, and is only watched. */
  | { do: 'publish'; id: string; request: (ConfirmUpload & { key: string }) | undefined }
  | { do: 'undo'; change: Change; key: string }

/** What a confirmation changed: the avatar it replaced, if there was one. */
type Change = { readonly live: Upload; readonly before: Upload | undefined }

/** What there is to tell above the choice of a picture. */
export type Notice =
  /** `change` can be undone; undefined when it was confirmed before a reload. */
  | { kind: 'published'; change: Change | undefined }
  | { kind: 'discarded' }
  | { kind: 'undone'; change: Change }
  /** `again` is the task that may be tried once more; `tooLarge` the file that may be made smaller. */
  | { kind: 'fault'; fault: LikenessError; again: Task | undefined; tooLarge?: File }

export type FlowEvent =
  | { type: 'nothing-unfinished' }
  | { type: 'picked'; file: File; replaceOldest: boolean; key: string }
  | { type: 'refused'; fault: LikenessError; tooLarge?: File }
  | { type: 'shrink'; file: File }
  | { type: 'shrunk'; file: File; key: string }
  | { type: 'progressed'; share: number }
  | { type: 'staged'; upload: Upload }
  | { type: 'waiting'; upload: Upload }
  | { type: 'trouble'; fault: LikenessError }
  | { type: 'previewed'; upload: Upload; preview: Blob }
  | { type: 'cropped'; crop: Crop | undefined }
  /** It is confirmed already. */
  | { type: 'confirmed'; upload: Upload }
  | { type: 'confirm'; altText: string | undefined; key: string }
  | { type: 'cancelled' }
  | { type: 'discarded' }
  | { type: 'published'; change: Change | undefined }
  | { type: 'undo'; key: string }
  | { type: 'undone' }
  /** `canShrink`: a picture that is too large may be made smaller here. */
  | { type: 'failed'; fault: LikenessError; canShrink: boolean }
  | { type: 'again' }

export const firstState: FlowState = { step: 'loading', task: { do: 'load' } }

/** The next state. An event that means nothing in a state leaves it unchanged, so repeated clicks are safe. */
export function nextState(state: FlowState, event: FlowEvent): FlowState {
  switch (event.type) {
    case 'nothing-unfinished':
      return state.step === 'loading' ? choosing() : state
    case 'picked': {
      const { file, replaceOldest, key } = event
      return state.step === 'choosing' ? sending({ do: 'send', file, replaceOldest, key }) : state
    }
    case 'refused':
      return state.step === 'choosing' ? failing(event.fault, undefined, event.tooLarge) : state
    case 'shrink':
      if (state.step !== 'choosing') return state
      return { step: 'shrinking', task: { do: 'shrink', file: event.file } }
    case 'shrunk': {
      const { file, key } = event
      return state.step === 'shrinking' ? sending({ do: 'send', file, replaceOldest: false, key }) : state
    }
    case 'progressed':
      return state.step === 'sending' ? { ...state, share: event.share } : state
    case 'staged':
      return state.step === 'loading' || state.step === 'sending' ? preparing(event.upload) : state
    case 'waiting':
      return state.step === 'preparing' ? { ...state, upload: event.upload, trouble: undefined } : state
    case 'trouble':
      return 'trouble' in state ? { ...state, trouble: event.fault } : state
    case 'previewed':
      if (state.step !== 'preparing') return state
      return {
        step: 'cropping',
        upload: event.upload,
        preview: event.preview,
        crop: undefined,
        fault: undefined,
      }
    case 'cropped':
      return state.step === 'cropping' ? { ...state, crop: event.crop } : state
    case 'confirm':
      return state.step === 'cropping' ? confirming(state, event) : state
    case 'confirmed':
      return state.step === 'loading' || state.step === 'preparing' ? publishing(event.upload) : state
    case 'cancelled':
      return cancelled(state)
    case 'discarded':
      return state.step === 'discarding' ? choosing({ kind: 'discarded' }) : state
    case 'published':
      return state.step === 'publishing' || state.step === 'preparing'
        ? choosing({ kind: 'published', change: event.change })
        : state
    case 'undo':
      return undoing(state, event.key)
    case 'undone':
      return state.step === 'undoing' ? choosing({ kind: 'undone', change: state.task.change }) : state
    case 'failed':
      return failed(state, event)
    case 'again':
      return again(state)
  }
}

const choosing = (notice?: Notice): FlowState => ({ step: 'choosing', notice })
const failing = (fault: LikenessError, again?: Task, tooLarge?: File): FlowState =>
  choosing({ kind: 'fault', fault, again, ...(tooLarge && { tooLarge }) })
const sending = (task: Extract<Task, { do: 'send' }>): FlowState => ({ step: 'sending', task, share: 0 })
const preparing = (upload: Upload): FlowState => ({
  step: 'preparing',
  task: { do: 'prepare', id: upload.id },
  upload,
  trouble: undefined,
})

function confirming(
  { upload, preview, crop }: Extract<FlowState, { step: 'cropping' }>,
  { altText, key }: { altText: string | undefined; key: string },
): FlowState {
  const state = publishing(upload)
  const request = { key, ...(crop && { crop }), ...(altText && { altText }) }
  return { ...state, task: { ...state.task, request }, preview, crop }
}

const publishing = (upload: Upload): Extract<FlowState, { step: 'publishing' }> => ({
  step: 'publishing',
  task: { do: 'publish', id: upload.id, request: undefined },
  upload,
  preview: undefined,
  crop: undefined,
  trouble: undefined,
})

function undoing(state: FlowState, key: string): FlowState {
  const notice = state.step === 'choosing' ? state.notice : undefined
  if (notice?.kind !== 'published' || !notice.change) return state
  return { step: 'undoing', task: { do: 'undo', change: notice.change, key }, trouble: undefined }
}

function cancelled(state: FlowState): FlowState {
  if (state.step === 'shrinking') return choosing()
  if (state.step === 'sending') return choosing({ kind: 'discarded' })
  if (state.step !== 'preparing' && state.step !== 'cropping') return state
  const preview = 'preview' in state ? state.preview : undefined
  return { step: 'discarding', task: { do: 'discard', id: state.upload.id }, upload: state.upload, preview }
}

function failed(state: FlowState, { fault, canShrink }: Extract<FlowEvent, { type: 'failed' }>): FlowState {
  switch (state.step) {
    case 'choosing':
    case 'cropping':
      return state
    case 'loading':
    case 'undoing':
      return failing(fault, state.task)
    case 'sending': {
      const { task } = state
      return failing(
        fault,
        mayRepeat(fault) ? task : undefined,
        canShrink && isTooLarge(fault) ? task.file : undefined,
      )
    }
    case 'publishing':
    case 'discarding': {
      // Still pending, so it can be corrected or tried again; otherwise only another picture helps.
      const { upload, preview } = state
      const crop = 'crop' in state ? state.crop : undefined
      if (preview && !isOver(fault)) return { step: 'cropping', upload, preview, crop, fault }
    }
  }
  return failing(fault)
}

function again(state: FlowState): FlowState {
  if (state.step !== 'choosing' || state.notice?.kind !== 'fault') return state
  const { again: task } = state.notice
  if (task?.do === 'load') return { step: 'loading', task: { ...task } }
  if (task?.do === 'send') return sending({ ...task })
  if (task?.do === 'undo') return { step: 'undoing', task: { ...task }, trouble: undefined }
  return state
}

/** Whether it may be accepted with fewer bytes or pixels. */
const isTooLarge = ({ code }: LikenessError) => code === 'image-too-large' || code === 'too-many-pixels'

/** Whether sending the same bytes once more can succeed. */
const mayRepeat = (fault: LikenessError): boolean =>
  fault.isPassing || fault.status === 429 || fault.code === 'malformed-multipart'

/** Whether nothing is left to confirm or discard: the upload is gone, unknown, or no longer pending. */
const isOver = ({ status }: LikenessError): boolean => status === 404 || status === 409 || status === 410

import type { Crop } from '../api.js'
import type { Client } from '../client.js'
import type { LikenessError } from '../error.js'
import { newKey } from '../key.js'
import { type FlowEvent, type FlowState, firstState, nextState } from './flow-state.js'
import { performTask } from './perform-task.js'

/** The state, and how many bytes an upload may have once the server has said so. */
export type FlowSnapshot = FlowState & { readonly limit: number | undefined }

export type FlowOptions = {
  /**
   * Makes a smaller copy of a picture that is too large. Without it none is offered.
   * @param limit bytes, when known; a file within it has too many pixels
   */
  shrink?: (file: File, limit: number | undefined, signal: AbortSignal) => Promise<File>
}

/** The two-step flow without a look: draw a snapshot, and call what the person does. What makes no sense in a state is ignored. */
export type AvatarFlow = {
  /**
   * Calls back after every change; returns the function that stops it. The flow works while someone listens: the last to
   * leave stops what is under way, and the next one has it go on.
   */
  readonly subscribe: (changed: () => void) => () => void
  /** The same object until something changes. */
  readonly getSnapshot: () => FlowSnapshot
  /** Sends a picture. @param options `replaceOldest`: discards the oldest pending upload if there are too many */
  readonly pick: (file: File, options?: { replaceOldest?: boolean }) => void
  /** Tells why a picture cannot be sent; it may be made smaller if it is `tooLarge`. */
  readonly refuse: (fault: LikenessError, tooLarge?: File) => void
  /** Makes a smaller copy and sends it. */
  readonly shrink: (file: File) => void
  /** Frames the picture. @param crop a square in whole pixels of the upright picture; undefined is the centred one */
  readonly crop: (crop: Crop | undefined) => void
  /** Makes it the avatar, as it is framed. @param options `altText`: at most 1000 characters */
  readonly confirm: (options?: { altText?: string }) => void
  /** Stops sending, or discards what was sent. */
  readonly cancel: () => void
  /** Brings back the avatar that was replaced, or takes the first one away. */
  readonly undo: () => void
  /** Tries again what failed. */
  readonly retry: () => void
}

/**
 * The avatar flow of a person. It begins with what they had sent and not finished, such as before a reload.
 * @param client with a token of theirs
 */
export function createAvatarFlow(client: Client, { shrink }: FlowOptions = {}): AvatarFlow {
  const listeners = new Set<() => void>()
  let snapshot: FlowSnapshot = { ...firstState, limit: undefined }
  let running: { task: unknown; leaving: AbortController } | undefined

  function enter(next: FlowSnapshot): void {
    if (next === snapshot) return
    snapshot = next
    work()
    for (const changed of listeners) changed()
  }

  function dispatch(event: FlowEvent): void {
    const next = nextState(snapshot, event)
    if (next !== snapshot) enter({ ...next, limit: snapshot.limit })
  }

  /** Entering a state starts its task, leaving it, or nobody listening, aborts it. */
  function work(): void {
    const task = listeners.size > 0 && 'task' in snapshot ? snapshot.task : undefined
    if (running?.task === task) return
    running?.leaving.abort()
    running = undefined
    if (task === undefined) return
    const leaving = new AbortController()
    running = { task, leaving }
    void performTask(task, {
      client,
      report: dispatch,
      learnLimit: (limit) => enter({ ...snapshot, limit }),
      shrink: shrink && ((file, signal) => shrink(file, snapshot.limit, signal)),
      signal: leaving.signal,
    })
  }

  return {
    subscribe: (changed) => {
      // What was under way when the last one left is gone, so this is another action.
      if (listeners.size === 0 && snapshot.step === 'sending') {
        snapshot = { ...snapshot, task: { ...snapshot.task, key: newKey() } }
      }
      // Once for each call, whatever the function.
      const listener = () => changed()
      listeners.add(listener)
      work()
      return () => {
        listeners.delete(listener)
        work()
      }
    },
    getSnapshot: () => snapshot,
    pick: (file, { replaceOldest = false } = {}) =>
      dispatch({ type: 'picked', file, replaceOldest, key: newKey() }),
    refuse: (fault, tooLarge) =>
      dispatch({ type: 'refused', fault, ...(shrink && tooLarge && { tooLarge }) }),
    shrink: (file) => shrink && dispatch({ type: 'shrink', file }),
    crop: (crop) => dispatch({ type: 'cropped', crop }),
    confirm: ({ altText } = {}) => dispatch({ type: 'confirm', altText, key: newKey() }),
    cancel: () => dispatch({ type: 'cancelled' }),
    undo: () => dispatch({ type: 'undo', key: newKey() }),
    retry: () => dispatch({ type: 'again' }),
  }
}

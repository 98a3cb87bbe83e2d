import type { AvatarFlow, FlowSnapshot } from '@likeness/client'
import type { Texts } from '../texts.js'

/** What each step of the dialog works with. */
export type Scene = {
  readonly flow: AvatarFlow
  readonly texts: Texts
  /** Shows another view of the same step. */
  readonly show: (step: Step) => void
  /** Draws the step that the flow is in. */
  readonly backToFlow: () => void
  readonly close: () => void
}

/** What the dialog shows. */
export type Step = {
  readonly title: string
  readonly body: readonly Node[]
  /** Buttons at the end. */
  readonly actions: readonly Node[]
  /** Takes a change that leaves the step as it is. */
  readonly update?: (snapshot: FlowSnapshot) => void
  /** Frees what it holds. */
  readonly leave?: () => void
}

/** The snapshots of one step of the flow. */
export type At<Name extends FlowSnapshot['step']> = Extract<FlowSnapshot, { step: Name }>

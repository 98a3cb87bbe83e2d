import type { FlowState } from '@likeness/client'

type With<Step extends FlowState['step']> = Extract<FlowState, { step: Step }>
/** States that show the picture. */
export type Previewed = With<'cropping'> | ((With<'discarding'> | With<'publishing'>) & { preview: Blob })
/** States that have no picture to show. */
export type Unpreviewed = With<'preparing'> | With<'discarding'> | With<'publishing'> | With<'undoing'>

import type { Dispatch } from 'react'
import { Button } from '../ui/button.js'
import { SpinnerIcon } from '../ui/icons.js'
import type { FlowEvent, FlowState } from './flow.js'
import { StepLayout } from './step-layout.js'

type Props = { state: Extract<FlowState, { step: 'shrinking' }>; dispatch: Dispatch<FlowEvent> }

/** The picture is made smaller, in this browser. */
export function ShrinkStep({ state, dispatch }: Props) {
  return (
    <StepLayout
      stage={
        <p className="grid size-full place-items-center">
          <span className="flex items-center gap-2.5 text-sm">
            <SpinnerIcon />
            Making it smaller
          </span>
        </p>
      }
      side={
        <>
          <p className="font-medium wrap-anywhere">{state.task.file.name}</p>
          <div className="mt-auto">
            <Button onClick={() => dispatch({ type: 'cancelled' })}>Cancel</Button>
          </div>
        </>
      }
    />
  )
}

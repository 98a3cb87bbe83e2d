import type { Dispatch } from 'react'
import { Button } from '../ui/button.js'
import { TroubleNotice } from '../ui/fault-notice.js'
import { SpinnerIcon } from '../ui/icons.js'
import type { FlowEvent, Unpreviewed } from './flow.js'
import { StepLayout } from './step-layout.js'
import { thumbhashBackground } from './thumbhash-background.js'

const doing = {
  preparing: 'Making the preview',
  discarding: 'Discarding',
  publishing: 'Making every size',
}

/** Waits for the worker while there is no preview to show: at first, and after a reload. */
export function PrepareStep({ state, dispatch }: { state: Unpreviewed; dispatch: Dispatch<FlowEvent> }) {
  const { upload, step } = state
  const trouble = step === 'discarding' ? undefined : state.trouble
  return (
    <StepLayout
      stage={
        <>
          <div
            className="absolute inset-0 bg-contain bg-center bg-no-repeat"
            style={thumbhashBackground(upload.thumbhash)}
          />
          <p className="absolute inset-x-0 bottom-4 mx-auto flex w-fit items-center gap-2.5 rounded-full bg-card px-4 py-2 text-sm shadow-lift">
            <SpinnerIcon />
            {doing[step]}
          </p>
        </>
      }
      side={
        <>
          <p className="font-medium wrap-anywhere">{upload.originalFilename ?? 'Your picture'}</p>
          {trouble && <TroubleNotice fault={trouble} />}
          {step === 'preparing' && (
            <div className="mt-auto">
              <Button onClick={() => dispatch({ type: 'cancelled' })}>Discard</Button>
            </div>
          )}
        </>
      }
    />
  )
}

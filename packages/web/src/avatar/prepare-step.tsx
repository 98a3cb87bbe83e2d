import type { AvatarFlow } from '@likeness/client'
import { Button } from '../ui/button.js'
import { TroubleNotice } from '../ui/fault-notice.js'
import { SpinnerIcon } from '../ui/icons.js'
import type { Unpreviewed } from './flow-parts.js'
import { StepLayout } from './step-layout.js'
import { thumbhashBackground } from './thumbhash-background.js'

const doing = {
  preparing: 'Making the preview',
  discarding: 'Discarding',
  publishing: 'Making every size',
  undoing: 'Undoing',
}

/** Waits for the worker while there is no preview to show: at first, and after a reload. */
export function PrepareStep({ state, flow }: { state: Unpreviewed; flow: AvatarFlow }) {
  const { step } = state
  const upload = step === 'undoing' ? state.task.change.live : state.upload
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
              <Button onClick={flow.cancel}>Discard</Button>
            </div>
          )}
        </>
      }
    />
  )
}

import type { AvatarFlow, FlowState } from '@likeness/client'
import { Button } from '../ui/button.js'
import { bytesForPeople } from '../ui/bytes.js'
import { ProgressRing } from '../ui/progress-ring.js'
import { StepLayout } from './step-layout.js'

type Props = { state: Extract<FlowState, { step: 'sending' }>; flow: AvatarFlow }

/** The picture is on its way. */
export function SendStep({ state: { task, share }, flow }: Props) {
  const { file } = task
  return (
    <StepLayout
      stage={
        <div className="grid size-full place-items-center">
          <ProgressRing share={share} label={`Sending ${file.name}`} />
        </div>
      }
      side={
        <>
          <div>
            <p className="font-medium wrap-anywhere">{file.name}</p>
            <p className="text-sm text-soft tabular-nums">
              {bytesForPeople(Math.floor(share * file.size))} of {bytesForPeople(file.size)}
            </p>
          </div>
          <div className="mt-auto">
            <Button onClick={flow.cancel}>Cancel</Button>
          </div>
        </>
      }
    />
  )
}

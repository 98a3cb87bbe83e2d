import type { FlowState } from '@likeness/client'
import { useAvatarFlow } from '@likeness/client/react'
import { useEffect } from 'react'
import { client } from '../api/likeness.js'
import { useFocusOnStep } from '../ui/use-focus-on-step.js'
import { ChooseStep } from './choose-step.js'
import { CropStep } from './crop-step.js'
import type { Previewed, Unpreviewed } from './flow-parts.js'
import { PrepareStep } from './prepare-step.js'
import { SendStep } from './send-step.js'
import { shrinkPicture } from './shrink-picture.js'
import { ShrinkStep } from './shrink-step.js'
import { StepLayout } from './step-layout.js'
import { Steps } from './steps.js'
import { useNoStrayDrops } from './use-given-files.js'

/**
 * The flow, one step at a time.
 * @param onChanged called when there is another avatar, or with the version of the one that was taken away
 */
export function PicturePanel({ onChanged }: { onChanged: (withdrawn: number | undefined) => void }) {
  const [state, flow] = useAvatarFlow(client, { shrink: shrinkPicture })
  useNoStrayDrops()
  const heading = useFocusOnStep(state.step === 'loading' ? undefined : state.step)
  const notice = state.step === 'choosing' ? state.notice : undefined
  useEffect(() => {
    if (notice?.kind === 'published') onChanged(undefined)
    if (notice?.kind !== 'undone') return
    const { live, before } = notice.change
    onChanged(before ? undefined : live.avatar?.version)
  }, [notice, onChanged])

  return (
    <section
      aria-labelledby="picture"
      className="rounded-3xl border border-line bg-card p-4 shadow-lift sm:p-6"
    >
      <div className="mb-5 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <h2 id="picture" ref={heading} tabIndex={-1} className="text-2xl font-semibold">
          {titles[state.step]}
        </h2>
        <Steps current={state.step} />
      </div>
      <p role="status" className="sr-only">
        {spoken(state)}
      </p>
      {state.step === 'loading' && <StepLayout stage={null} side={null} />}
      {state.step === 'choosing' && <ChooseStep notice={state.notice} limit={state.limit} flow={flow} />}
      {state.step === 'shrinking' && <ShrinkStep state={state} flow={flow} />}
      {state.step === 'sending' && <SendStep state={state} flow={flow} />}
      {hasPreview(state) && <CropStep key={state.upload.id} state={state} flow={flow} />}
      {isWithoutPreview(state) && <PrepareStep state={state} flow={flow} />}
    </section>
  )
}

const titles: Record<FlowState['step'], string> = {
  loading: 'New picture',
  choosing: 'New picture',
  shrinking: 'Making it smaller',
  sending: 'Sending',
  preparing: 'Almost there',
  cropping: 'Frame it',
  discarding: 'Discarding',
  publishing: 'Publishing',
  undoing: 'Undoing',
}

const hasPreview = (state: FlowState): state is Previewed => 'preview' in state && state.preview !== undefined
const isWithoutPreview = (state: FlowState): state is Unpreviewed =>
  state.step === 'undoing' || ('upload' in state && !hasPreview(state))

/** The announcement of a step to screen readers; errors announce themselves. */
function spoken(state: FlowState): string {
  switch (state.step) {
    case 'shrinking':
      return 'Making the picture smaller.'
    case 'sending':
      return `Sending, ${Math.floor(state.share * 4) * 25} percent.`
    case 'preparing':
      return 'Sent. The preview is being made.'
    case 'cropping':
      return 'The preview is ready. Frame it, then confirm or discard it.'
    case 'discarding':
      return 'Discarding the picture.'
    case 'publishing':
      return 'Publishing your picture.'
    case 'undoing':
      return 'Undoing the change.'
    default:
      return ''
  }
}

import type { FlowState } from '@likeness/client'
import { useEffect } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { useFocusOnStep } from '../../ui/use-focus-on-step.js'
import { ChooseStep } from './choose-step.js'
import { CropStep } from './crop-step.js'
import type { Previewed, Unpreviewed } from './flow-parts.js'
import { OfferedPicture } from './offered-picture.js'
import { PrepareStep } from './prepare-step.js'
import { SendStep } from './send-step.js'
import { ShrinkStep } from './shrink-step.js'
import { StepLayout } from './step-layout.js'
import { Steps } from './steps.js'
import { useGivenFiles, useNoStrayDrops } from './use-given-files.js'
import { usePictureFlow } from './use-picture-flow.js'

/**
 * The flow, one step at a time. All of them come with the page: a connection that is lost meanwhile takes nothing from it.
 * @param onChanged called when there is another avatar, or with the version of the one that was taken away
 */
export function PicturePanel({ onChanged }: { onChanged: (withdrawn: number | undefined) => void }) {
  const words = useTexts(texts)
  const picture = usePictureFlow()
  const { state, flow, file, take } = picture
  useNoStrayDrops()
  const isDragging = useGivenFiles(take)
  const heading = useFocusOnStep(state.step === 'loading' ? undefined : state.step)
  const notice = state.step === 'choosing' ? state.notice : undefined
  useEffect(() => {
    // A refusal may be that another tab went on with it; a server that is away tells nothing, and is not asked again.
    const isRefused = notice?.kind === 'fault' && !notice.fault.isPassing
    if (notice?.kind === 'published' || isRefused) onChanged(undefined)
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
          {words.titles[state.step]}
        </h2>
        <Steps current={state.step} />
      </div>
      <p role="status" className="sr-only">
        {spokenOf(state, words.spoken)}
      </p>
      <OfferedPicture {...picture} />
      {state.step === 'loading' && <StepLayout stage={null} side={null} />}
      {state.step === 'choosing' && (
        <ChooseStep
          notice={state.notice}
          limit={state.limit}
          flow={flow}
          isDragging={isDragging}
          onFiles={take}
        />
      )}
      {state.step === 'shrinking' && <ShrinkStep state={state} flow={flow} />}
      {state.step === 'sending' && <SendStep state={state} flow={flow} />}
      {isWithoutPreview(state) && <PrepareStep state={state} flow={flow} />}
      {hasPreview(state) && (
        <CropStep
          key={state.upload.id}
          state={state}
          flow={flow}
          file={file}
          limit={state.limit}
          onRotated={picture.replaceBy}
        />
      )}
    </section>
  )
}

const hasPreview = (state: FlowState): state is Previewed => 'preview' in state && state.preview !== undefined
const isWithoutPreview = (state: FlowState): state is Unpreviewed =>
  state.step === 'undoing' || ('upload' in state && !hasPreview(state))

/** The announcement of a step to screen readers; errors announce themselves. */
function spokenOf(state: FlowState, spoken: typeof texts.en.spoken): string {
  if (state.step === 'loading' || state.step === 'choosing') return ''
  return state.step === 'sending' ? spoken.sending(Math.floor(state.share * 4) * 25) : spoken[state.step]
}

const texts = textsOf({
  en: {
    titles: {
      loading: 'New picture',
      choosing: 'New picture',
      shrinking: 'Making it smaller',
      sending: 'Sending',
      preparing: 'Almost there',
      cropping: 'Frame it',
      discarding: 'Discarding',
      publishing: 'Publishing',
      undoing: 'Undoing',
    },
    spoken: {
      shrinking: 'Making the picture smaller.',
      sending: (percent: number) => `Sending, ${percent} percent.`,
      preparing: 'Sent. The preview is being made.',
      cropping: 'The preview is ready. Frame it, then confirm or discard it.',
      discarding: 'Discarding the picture.',
      publishing: 'Publishing your picture.',
      undoing: 'Undoing the change.',
    },
  },
  fr: {
    titles: {
      loading: 'Nouvelle photo',
      choosing: 'Nouvelle photo',
      shrinking: 'Réduction',
      sending: 'Envoi',
      preparing: 'Presque prêt',
      cropping: 'Cadrez-la',
      discarding: 'Abandon',
      publishing: 'Publication',
      undoing: 'Annulation',
    },
    spoken: {
      shrinking: 'La photo est en cours de réduction.',
      sending: (percent: number) => `Envoi, ${percent} pour cent.`,
      preparing: 'Envoyée. L’aperçu est en préparation.',
      cropping: 'L’aperçu est prêt. Cadrez-le, puis confirmez ou abandonnez.',
      discarding: 'La photo est en cours d’abandon.',
      publishing: 'Votre photo est en cours de publication.',
      undoing: 'Le changement est en cours d’annulation.',
    },
  },
})

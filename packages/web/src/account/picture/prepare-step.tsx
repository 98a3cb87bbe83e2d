import type { AvatarFlow } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { TroubleNotice } from '../../ui/fault-notice.js'
import { SpinnerIcon } from '../../ui/icons.js'
import { thumbhashBackground } from '../../ui/thumbhash-background.js'
import type { Unpreviewed } from './flow-parts.js'
import { StepLayout } from './step-layout.js'

/** Waits for the worker while there is no preview to show: at first, and after a reload. */
export function PrepareStep({ state, flow }: { state: Unpreviewed; flow: AvatarFlow }) {
  const words = useTexts(texts)
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
            {words.doing[step]}
          </p>
        </>
      }
      side={
        <>
          <p className="font-medium wrap-anywhere">{upload.originalFilename ?? words.yours}</p>
          {trouble && <TroubleNotice fault={trouble} />}
          {step === 'preparing' && (
            <div className="mt-auto">
              <Button onClick={flow.cancel}>{words.discard}</Button>
            </div>
          )}
        </>
      }
    />
  )
}

const texts = textsOf({
  en: {
    doing: {
      preparing: 'Making the preview',
      discarding: 'Discarding',
      publishing: 'Making every size',
      undoing: 'Undoing',
    },
    yours: 'Your picture',
    discard: 'Discard',
  },
  fr: {
    doing: {
      preparing: 'Préparation de l’aperçu',
      discarding: 'Abandon en cours',
      publishing: 'Préparation de toutes les tailles',
      undoing: 'Annulation en cours',
    },
    yours: 'Votre photo',
    discard: 'Abandonner',
  },
})

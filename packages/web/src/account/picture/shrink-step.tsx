import type { AvatarFlow, FlowState } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { SpinnerIcon } from '../../ui/icons.js'
import { StepLayout } from './step-layout.js'

type Props = { state: Extract<FlowState, { step: 'shrinking' }>; flow: AvatarFlow }

/** The picture is made smaller, in this browser. */
export function ShrinkStep({ state, flow }: Props) {
  const words = useTexts(texts)
  return (
    <StepLayout
      stage={
        <p className="grid size-full place-items-center">
          <span className="flex items-center gap-2.5 text-sm">
            <SpinnerIcon />
            {words.making}
          </span>
        </p>
      }
      side={
        <>
          <p className="font-medium wrap-anywhere">{state.task.file.name}</p>
          <div className="mt-auto">
            <Button onClick={flow.cancel}>{words.cancel}</Button>
          </div>
        </>
      }
    />
  )
}

const texts = textsOf({
  en: { making: 'Making it smaller', cancel: 'Cancel' },
  fr: { making: 'Réduction en cours', cancel: 'Annuler' },
})

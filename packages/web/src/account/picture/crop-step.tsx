import type { AvatarFlow } from '@likeness/client'
import { useMutation } from '@tanstack/react-query'
import { type SyntheticEvent, useEffect, useRef, useState } from 'react'
import { asFault } from '../../api/likeness.js'
import { CropControls } from '../../crop/crop-controls.js'
import { CropStage } from '../../crop/crop-stage.js'
import { FramedPreview } from '../../crop/framed-preview.js'
import { type Area, squareCrop } from '../../crop/square-crop.js'
import { useFrame } from '../../crop/use-frame.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { FaultNotice, TroubleNotice } from '../../ui/fault-notice.js'
import { Field } from '../../ui/field.js'
import { RotateIcon } from '../../ui/icons.js'
import { useObjectUrl } from '../../ui/use-object-url.js'
import type { Previewed } from './flow-parts.js'
import { rotatePicture } from './rotate-picture.js'
import { StepLayout } from './step-layout.js'

type Props = {
  state: Previewed
  flow: AvatarFlow
  /** Of the picture; undefined when it was sent before the page was loaded. */
  file: File | undefined
  limit: number | undefined
  /** Called with a file to send in place of this one. */
  onRotated: (file: File) => void
}

/** Frame the staged picture, describe it, and confirm or discard it. */
export function CropStep(props: Props) {
  const { state, flow, file, limit, onRotated } = props
  const words = useTexts(texts)
  const { ago } = useFormats()
  const { upload, preview, step } = state
  const url = useObjectUrl(preview)
  const frame = useFrame(upload)
  const [area, setArea] = useState<Area>()
  const isBusy = step !== 'cropping'
  const fault = step === 'cropping' ? state.fault : undefined
  const trouble = step === 'publishing' ? state.trouble : undefined
  const crop = area && squareCrop(area, upload)

  const leaving = useRef<AbortController>(undefined)
  useEffect(() => () => leaving.current?.abort(), [])
  const rotate = useMutation({
    mutationFn: (picture: File) => {
      leaving.current = new AbortController()
      return rotatePicture(picture, limit, leaving.current.signal)
    },
    onSuccess: onRotated,
  })

  const confirm = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (isBusy || !crop) return
    const typed = new FormData(event.currentTarget).get('altText')
    const altText = typeof typed === 'string' ? typed.trim() : ''
    flow.crop(crop)
    flow.confirm({ altText })
  }

  return (
    <StepLayout
      stage={<CropStage upload={upload} url={url} frame={frame} isBusy={isBusy} onArea={setArea} />}
      below={<CropControls frame={frame} crop={crop} upload={upload} isBusy={isBusy} />}
      side={
        <form onSubmit={confirm} noValidate className="flex flex-1 flex-col gap-5">
          {fault && <FaultNotice key={fault.message} fault={fault} shown={['altText']} />}
          {trouble && <TroubleNotice fault={trouble} />}
          {rotate.error && <FaultNotice fault={asFault(rotate.error)} />}
          {!file && step === 'cropping' && upload.expiresAt && (
            <p className="rounded-2xl bg-sunk p-3 text-sm">{words.resumed(ago(upload.expiresAt))}</p>
          )}
          <div className="flex flex-wrap items-center justify-between gap-3">
            <FramedPreview url={url} area={area} />
            {file && (
              <Button
                busy={rotate.isPending}
                off={isBusy}
                onClick={() => rotate.mutate(file)}
                aria-description={words.rotateHint}
              >
                <RotateIcon />
                {words.rotate}
              </Button>
            )}
          </div>
          <Field
            label={words.description}
            name="altText"
            maxLength={1000}
            autoComplete="off"
            hint={words.hint}
            error={fault?.field('altText')}
            readOnly={isBusy}
          />
          <div className="mt-auto grid gap-3">
            <Button type="submit" look="primary" busy={step === 'publishing'} off={isBusy || !crop}>
              {words.use}
            </Button>
            <Button busy={step === 'discarding'} off={isBusy} onClick={flow.cancel}>
              {words.discard}
            </Button>
          </div>
        </form>
      }
    />
  )
}

const texts = textsOf({
  en: {
    description: 'Description',
    hint: 'Read to people who cannot see it, such as “Ada laughing, in a red coat”. Optional.',
    use: 'Use this picture',
    rotate: 'Rotate',
    rotateHint: 'By a quarter to the right. It is sent again.',
    resumed: (when: string) => `You sent this one before and did not finish. It expires ${when}.`,
    discard: 'Discard',
  },
  fr: {
    description: 'Description',
    hint: 'Lue aux personnes qui ne la voient pas, par exemple « Ada rit, en manteau rouge ». Facultative.',
    use: 'Utiliser cette photo',
    rotate: 'Tourner',
    rotateHint: 'D’un quart vers la droite. Elle est renvoyée.',
    resumed: (when: string) => `Vous avez envoyé celle-ci sans terminer. Elle expire ${when}.`,
    discard: 'Abandonner',
  },
})

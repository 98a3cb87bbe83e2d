import type { AvatarFlow } from '@likeness/client'
import { type SyntheticEvent, useState } from 'react'
import { Button } from '../ui/button.js'
import { FaultNotice, TroubleNotice } from '../ui/fault-notice.js'
import { Field } from '../ui/field.js'
import { CropControls } from './crop-controls.js'
import { CropStage } from './crop-stage.js'
import type { Previewed } from './flow-parts.js'
import { FramedPreview } from './framed-preview.js'
import { type Area, squareCrop } from './square-crop.js'
import { StepLayout } from './step-layout.js'
import { useFrame } from './use-frame.js'
import { useObjectUrl } from './use-object-url.js'

/** Frame the staged picture, describe it, and confirm or discard it. */
export function CropStep({ state, flow }: { state: Previewed; flow: AvatarFlow }) {
  const { upload, preview, step } = state
  const url = useObjectUrl(preview)
  const frame = useFrame(upload)
  const [area, setArea] = useState<Area>()
  const isBusy = step !== 'cropping'
  const fault = step === 'cropping' ? state.fault : undefined
  const trouble = step === 'publishing' ? state.trouble : undefined
  const crop = area && squareCrop(area, upload)

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
          <FramedPreview url={url} area={area} />
          <Field
            label="Description"
            name="altText"
            maxLength={1000}
            autoComplete="off"
            hint="Read to people who cannot see it, such as “Ada laughing, in a red coat”. Optional."
            error={fault?.field('altText')}
            readOnly={isBusy}
          />
          <div className="mt-auto grid gap-3">
            <Button type="submit" look="primary" busy={step === 'publishing'} off={isBusy || !crop}>
              Use this picture
            </Button>
            <Button busy={step === 'discarding'} off={isBusy} onClick={flow.cancel}>
              Discard
            </Button>
          </div>
        </form>
      }
    />
  )
}

import type { Crop, Upload } from '@likeness/client'
import { useState } from 'react'
import { CropControls } from '../../crop/crop-controls.js'
import { CropStage } from '../../crop/crop-stage.js'
import { type Area, squareCrop } from '../../crop/square-crop.js'
import { useFrame } from '../../crop/use-frame.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'

/** Frames a picture anew. It becomes the avatar as a version of its own; this one stays as it is. */
export default function Recrop(props: {
  upload: Upload
  isBusy: boolean
  onCrop: (crop: Crop) => void
  onBack: () => void
}) {
  const { upload, isBusy, onCrop, onBack } = props
  const words = useTexts(texts)
  const frame = useFrame(upload)
  const [area, setArea] = useState<Area>()
  const crop = area && squareCrop(area, upload)
  return (
    <>
      <div className="mx-auto w-full max-w-md">
        <div className="relative aspect-square overflow-hidden rounded-2xl bg-sunk">
          <CropStage
            upload={upload}
            url={upload.previewUrl ?? undefined}
            frame={frame}
            isBusy={isBusy}
            onArea={setArea}
          />
        </div>
        <CropControls frame={frame} crop={crop} upload={upload} isBusy={isBusy} />
      </div>
      <p className="text-sm text-soft">{words.lead}</p>
      <div className="flex flex-wrap gap-3">
        <Button look="primary" busy={isBusy} off={!crop} onClick={() => crop && onCrop(crop)}>
          {words.use}
        </Button>
        <Button off={isBusy} onClick={onBack}>
          {words.back}
        </Button>
      </div>
    </>
  )
}

const texts = textsOf({
  en: {
    lead: 'It becomes your avatar at once. This version stays in your history.',
    use: 'Use it framed so',
    back: 'Back',
  },
  fr: {
    lead: 'Elle devient aussitôt votre avatar. Cette version reste dans votre historique.',
    use: 'L’utiliser ainsi cadrée',
    back: 'Retour',
  },
})

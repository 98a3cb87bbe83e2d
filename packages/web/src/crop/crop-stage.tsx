import { useState } from 'react'
import Cropper from 'react-easy-crop'
import 'react-easy-crop/react-easy-crop.css'
import type { Upload } from '@likeness/client'
import { textsOf, useTexts } from '../language/texts.js'
import { thumbhashBackground } from '../ui/thumbhash-background.js'
import type { Area } from './square-crop.js'
import type { Frame } from './use-frame.js'

type Props = {
  upload: Upload
  url: string | undefined
  frame: Frame
  isBusy: boolean
  onArea: (area: Area) => void
}

/** The preview behind a square frame: drag, pinch, Ctrl and wheel, or the arrow keys. */
export function CropStage({ upload, url, frame, isBusy, onArea }: Props) {
  const words = useTexts(texts)
  const [isLoaded, setIsLoaded] = useState(false)
  return (
    <div
      inert={isBusy}
      className={`absolute inset-0 bg-stage bg-contain bg-center bg-no-repeat transition-[filter] ${isBusy ? 'brightness-75' : ''}`}
      style={isLoaded ? {} : thumbhashBackground(upload.thumbhash)}
    >
      {url && (
        <Cropper
          image={url}
          aspect={1}
          // Fills the square stage along the longer side, small pictures too.
          objectFit={upload.width >= upload.height ? 'horizontal-cover' : 'vertical-cover'}
          crop={frame.offset}
          zoom={frame.zoom}
          maxZoom={frame.maxZoom}
          onCropChange={frame.setOffset}
          onZoomChange={frame.setZoom}
          onCropAreaChange={onArea}
          onMediaLoaded={() => setIsLoaded(true)}
          setMediaSize={frame.setPicture}
          setCropSize={frame.setFrame}
          // A plain wheel scrolls the page.
          onWheelRequest={(event) => event.ctrlKey || event.metaKey}
          keyboardStep={8}
          disableAutomaticStylesInjection
          classes={{ cropAreaClassName: 'crop-frame' }}
          cropperProps={{
            role: 'application',
            'aria-roledescription': words.frame,
            'aria-label': words.move,
            'aria-describedby': 'crop-help',
          }}
        />
      )}
    </div>
  )
}

const texts = textsOf({
  en: { frame: 'crop frame', move: 'Move the picture behind the frame' },
  fr: { frame: 'cadre de recadrage', move: 'Déplacer la photo derrière le cadre' },
})

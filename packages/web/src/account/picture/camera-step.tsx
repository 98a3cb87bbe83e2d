import { useEffect, useRef } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Notice } from '../../ui/notice.js'
import { StepLayout } from './step-layout.js'
import { useCamera } from './use-camera.js'

/** Takes a picture with a camera of the device. @param onTaken called with it @param onBack to choose a file instead */
export default function CameraStep({
  onTaken,
  onBack,
}: {
  onTaken: (file: File) => void
  onBack: () => void
}) {
  const words = useTexts(texts)
  const { video, camera, isRefused, shoot, turnAround } = useCamera()
  const back = useRef<HTMLDivElement>(null)
  // The button that opened it is gone.
  useEffect(() => back.current?.focus(), [])
  const take = async () => {
    const file = await shoot()
    if (file) onTaken(file)
  }
  return (
    <StepLayout
      stage={
        <video
          ref={video}
          muted
          playsInline
          aria-label={words.seen}
          className={`absolute inset-0 size-full bg-stage object-contain ${camera?.isMirrored ? '-scale-x-100' : ''}`}
        />
      }
      side={
        <div ref={back} tabIndex={-1} className="flex flex-1 flex-col gap-5">
          {isRefused ? (
            <Notice kind="error" title={words.refused}>
              {words.refusedHint}
            </Notice>
          ) : (
            <p className="text-soft">{words.lead}</p>
          )}
          <div className="mt-auto grid gap-3">
            <Button look="primary" off={!camera} onClick={() => void take()}>
              {words.take}
            </Button>
            {camera?.hasOther && <Button onClick={turnAround}>{words.other}</Button>}
            <Button onClick={onBack}>{words.back}</Button>
          </div>
        </div>
      }
    />
  )
}

const texts = textsOf({
  en: {
    seen: 'What the camera sees',
    lead: 'The front camera is shown as in a mirror. The picture is sent as others see you.',
    take: 'Take the picture',
    other: 'The other camera',
    back: 'Choose a file instead',
    refused: 'No camera',
    refusedHint:
      'The browser did not allow one, or there is none. Allow the camera for this page, or choose a file.',
  },
  fr: {
    seen: 'Ce que voit l’appareil photo',
    lead: 'L’appareil avant est affiché comme dans un miroir. La photo est envoyée telle que les autres vous voient.',
    take: 'Prendre la photo',
    other: 'L’autre appareil photo',
    back: 'Choisir plutôt un fichier',
    refused: 'Pas d’appareil photo',
    refusedHint:
      'Le navigateur ne l’a pas permis, ou il n’y en a pas. Autorisez l’appareil photo pour cette page, ou choisissez un fichier.',
  },
})

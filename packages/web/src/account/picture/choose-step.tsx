import type { AvatarFlow, Notice as FlowNotice } from '@likeness/client'
import { lazy, Suspense, useRef, useState } from 'react'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { PictureIcon } from '../../ui/icons.js'
import { Notice } from '../../ui/notice.js'
import { ACCEPTED_TYPES } from './pick-file.js'
import { StepLayout } from './step-layout.js'
import { mayHaveCamera } from './use-camera.js'

const CameraStep = lazy(() => import('./camera-step.js'))

type Props = {
  notice: FlowNotice | undefined
  /** Maximum bytes of a picture, when known. */
  limit: number | undefined
  flow: AvatarFlow
  /** Whether files are being dragged over the page. */
  isDragging: boolean
  onFiles: (files: readonly File[]) => void
}

/** Choose, drop or paste a picture. */
export function ChooseStep({ notice, limit, flow, isDragging, onFiles }: Props) {
  const words = useTexts(texts)
  const { bytes } = useFormats()
  const input = useRef<HTMLInputElement>(null)
  const [isAtCamera, setIsAtCamera] = useState(false)
  if (isAtCamera) {
    return (
      <Suspense fallback={<StepLayout stage={null} side={null} />}>
        <CameraStep onTaken={(photo) => onFiles([photo])} onBack={() => setIsAtCamera(false)} />
      </Suspense>
    )
  }

  return (
    <StepLayout
      stage={
        <div
          className={`grid size-full place-items-center rounded-2xl border-2 border-dashed p-6 text-center transition-colors ${
            isDragging ? 'border-accent bg-tint' : 'border-edge/50'
          }`}
        >
          <div className="flex flex-col items-center gap-4">
            <span className="text-accent">
              <PictureIcon />
            </span>
            <p>
              {isDragging ? words.drop : words.dropOrPaste}
              <span className="block text-sm text-soft">
                {limit === undefined ? words.formats : words.formatsUpTo(bytes(limit))}
              </span>
            </p>
            <Button look="primary" onClick={() => input.current?.click()}>
              {words.choose}
            </Button>
            {mayHaveCamera() && (
              <Button look="quiet" onClick={() => setIsAtCamera(true)}>
                {words.camera}
              </Button>
            )}
            <input
              ref={input}
              type="file"
              accept={ACCEPTED_TYPES}
              hidden
              aria-label={words.picture}
              onChange={({ currentTarget }) => {
                const files = [...(currentTarget.files ?? [])]
                // Choosing the same file again counts as a change too.
                currentTarget.value = ''
                onFiles(files)
              }}
            />
          </div>
        </div>
      }
      side={
        <>
          <div className="max-sm:order-first max-sm:empty:hidden sm:order-last sm:mt-auto">
            <ChoiceNotice notice={notice} flow={flow} />
          </div>
          <dl className="divide-y divide-line border-y border-line text-sm">
            {words.facts.map(([term, fact]) => (
              <div key={term} className="py-3">
                <dt className="font-medium">{term}</dt>
                <dd className="text-soft">{fact}</dd>
              </div>
            ))}
          </dl>
        </>
      }
    />
  )
}

function ChoiceNotice({ notice, flow }: Pick<Props, 'notice' | 'flow'>) {
  const words = useTexts(texts)
  if (notice === undefined) return null
  if (notice.kind === 'published') return <Published undo={notice.change && flow.undo} />
  if (notice.kind === 'discarded') return <Notice kind="done" title={words.discarded} />
  if (notice.kind === 'undone') return <Notice kind="done" title={words.undone} />
  const { fault, again, tooLarge } = notice
  if (tooLarge) {
    return (
      <FaultNotice fault={fault}>
        <p>{words.canShrink}</p>
        <Button onClick={() => flow.shrink(tooLarge)}>{words.shrink}</Button>
      </FaultNotice>
    )
  }
  if (fault.code === 'too-many-pending' && again?.do === 'send') {
    const { file } = again
    return (
      <FaultNotice fault={fault}>
        <Button onClick={() => flow.pick(file, { replaceOldest: true })}>{words.replaceOldest}</Button>
      </FaultNotice>
    )
  }
  return <FaultNotice fault={fault} again={again && flow.retry} />
}

function Published({ undo }: { undo: (() => void) | undefined }) {
  const words = useTexts(texts)
  return (
    <Notice kind="done" title={words.live}>
      {undo && (
        <Button look="quiet" onClick={undo}>
          {words.undo}
        </Button>
      )}
    </Notice>
  )
}

const texts = textsOf({
  en: {
    facts: [
      ['Seen by you alone', 'You frame an upright preview before anything is published.'],
      ['Nothing to lose', 'Your present avatar stays until you confirm the new one.'],
      ['Private data', 'The place and the camera it was taken with are never published.'],
    ],
    dropOrPaste: 'Drop or paste a picture here',
    drop: 'Drop it to send it',
    formats: 'JPEG, PNG, WebP, GIF, AVIF, HEIC or BMP',
    formatsUpTo: (size: string) => `JPEG, PNG, WebP, GIF, AVIF, HEIC or BMP, up to ${size}`,
    choose: 'Choose a picture',
    camera: 'Use the camera',
    picture: 'Picture',
    discarded: 'Discarded. Your avatar stays as it is.',
    undone: 'Undone. Your avatar is as it was before.',
    live: 'Your new avatar is live.',
    undo: 'Undo',
    canShrink: 'A smaller copy can be made here and sent in its place. Or choose another picture.',
    shrink: 'Make it smaller and send',
    replaceOldest: 'Discard the oldest and send',
  },
  fr: {
    facts: [
      ['Vu de vous seul', 'Vous cadrez un aperçu redressé avant toute publication.'],
      ['Rien à perdre', 'Votre avatar actuel reste jusqu’à ce que vous confirmiez le nouveau.'],
      ['Données privées', 'Le lieu et l’appareil de la prise de vue ne sont jamais publiés.'],
    ],
    dropOrPaste: 'Déposez ou collez une photo ici',
    drop: 'Déposez-la pour l’envoyer',
    formats: 'JPEG, PNG, WebP, GIF, AVIF, HEIC ou BMP',
    formatsUpTo: (size: string) => `JPEG, PNG, WebP, GIF, AVIF, HEIC ou BMP, jusqu’à ${size}`,
    choose: 'Choisir une photo',
    camera: 'Utiliser l’appareil photo',
    picture: 'Photo',
    discarded: 'Abandonnée. Votre avatar reste tel quel.',
    undone: 'Annulé. Votre avatar est comme avant.',
    live: 'Votre nouvel avatar est en ligne.',
    undo: 'Annuler',
    canShrink:
      'Une copie plus petite peut être faite ici et envoyée à sa place. Ou choisissez une autre photo.',
    shrink: 'Réduire et envoyer',
    replaceOldest: 'Abandonner la plus ancienne et envoyer',
  },
})

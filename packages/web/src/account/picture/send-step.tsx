import type { AvatarFlow, FlowState } from '@likeness/client'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Notice } from '../../ui/notice.js'
import { ProgressRing } from '../../ui/progress-ring.js'
import { useOnline } from '../../ui/use-online.js'
import { LocalPreview } from './local-preview.js'
import { StepLayout } from './step-layout.js'

type Props = { state: Extract<FlowState, { step: 'sending' }>; flow: AvatarFlow }

/** The picture is on its way. */
export function SendStep({ state: { task, share }, flow }: Props) {
  const words = useTexts(texts)
  const { bytes } = useFormats()
  const isOnline = useOnline()
  const { file } = task
  return (
    <StepLayout
      stage={
        <>
          <LocalPreview file={file} />
          <div className="absolute inset-0 m-auto size-fit rounded-full bg-card/90">
            <ProgressRing share={share} label={words.sending(file.name)} />
          </div>
        </>
      }
      side={
        <>
          <div>
            <p className="font-medium wrap-anywhere">{file.name}</p>
            <p className="text-sm text-soft tabular-nums">
              {words.of(bytes(Math.floor(share * file.size)), bytes(file.size))}
            </p>
          </div>
          {!isOnline && (
            <Notice kind="error" title={words.offline}>
              {words.offlineHint}
            </Notice>
          )}
          <div className="mt-auto">
            <Button onClick={flow.cancel}>{words.cancel}</Button>
          </div>
        </>
      }
    />
  )
}

const texts = textsOf({
  en: {
    sending: (name: string) => `Sending ${name}`,
    of: (sent: string, all: string) => `${sent} of ${all}`,
    cancel: 'Cancel',
    offline: 'You are offline',
    offlineHint: 'The picture goes on its way when the connection is back. Nothing is lost.',
  },
  fr: {
    sending: (name: string) => `Envoi de ${name}`,
    of: (sent: string, all: string) => `${sent} sur ${all}`,
    cancel: 'Annuler',
    offline: 'Vous êtes hors ligne',
    offlineHint: 'L’envoi continue quand la connexion revient. Rien n’est perdu.',
  },
})

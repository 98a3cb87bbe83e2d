import { type AdminUser, type Upload, uploads } from '@likeness/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { asFault, client } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Notice } from '../../ui/notice.js'
import { pathOf } from '../../ui/picture-urls.js'
import { ProgressRing } from '../../ui/progress-ring.js'
import { userKey } from './read-user.js'

/** Uploads a picture for someone, shows it, and makes it their avatar. */
export function UploadForDialog({ user, onClose }: { user: AdminUser; onClose: () => void }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const picker = useRef<HTMLInputElement>(null)
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const [share, setShare] = useState(0)
  const send = useMutation({
    mutationFn: async (file: File): Promise<Upload> => {
      running.current = new AbortController()
      const { signal } = running.current
      setShare(0)
      const sent = await uploads.send(client, file, { userId: user.id, onProgress: setShare, signal })
      return uploads.preview(client, sent.id, { signal })
    },
  })
  const confirm = useMutation({
    mutationFn: async ({ id, sha256 }: Upload) => {
      await uploads.confirm(client, id, { sha256 })
      await queries.invalidateQueries({ queryKey: userKey(user.id) })
    },
  })
  const discard = useMutation({ mutationFn: ({ id }: Upload) => uploads.discard(client, id) })
  const upload = send.data
  const isOpen = upload !== undefined && !confirm.isSuccess && !discard.isSuccess
  const fault = send.error ?? confirm.error ?? discard.error
  const isAborted = running.current?.signal.aborted === true && send.error !== null
  return (
    <Dialog title={words.title(user.username)} onClose={onClose}>
      <p className="text-sm text-soft">{words.lead}</p>
      {fault && !isAborted && <FaultNotice fault={asFault(fault)} />}
      {confirm.isSuccess && <Notice kind="done" title={words.done} />}
      {discard.isSuccess && <Notice kind="done" title={words.discarded} />}
      {send.isPending && (
        <div className="grid justify-items-center gap-4">
          <ProgressRing share={share} label={words.sending} />
          <Button onClick={() => running.current?.abort()}>{words.cancel}</Button>
        </div>
      )}
      {isOpen && upload.previewUrl !== null && (
        <>
          <img
            src={pathOf(upload.previewUrl)}
            alt={words.preview}
            className="mx-auto size-56 rounded-full bg-sunk object-cover ring-1 ring-line"
          />
          <div className="flex flex-wrap justify-center gap-3">
            <Button look="primary" busy={confirm.isPending} onClick={() => confirm.mutate(upload)}>
              {words.confirm}
            </Button>
            <Button busy={discard.isPending} onClick={() => discard.mutate(upload)}>
              {words.discard}
            </Button>
          </div>
        </>
      )}
      {!isOpen && !send.isPending && (
        <>
          <input
            ref={picker}
            type="file"
            accept="image/*"
            className="sr-only"
            tabIndex={-1}
            aria-label={words.choose}
            onChange={({ target }) => {
              const file = target.files?.[0]
              target.value = ''
              if (!file) return
              confirm.reset()
              discard.reset()
              send.mutate(file)
            }}
          />
          <Button look="primary" onClick={() => picker.current?.click()}>
            {words.choose}
          </Button>
        </>
      )}
    </Dialog>
  )
}

const texts = textsOf({
  en: {
    title: (name: string) => `A picture for @${name}`,
    lead: 'The centred square of it becomes their avatar once you confirm it. They see in their history that an operator did it.',
    choose: 'Choose a picture',
    sending: 'Sending the picture',
    cancel: 'Cancel',
    preview: 'The picture as their avatar',
    confirm: 'Make it their picture',
    discard: 'Discard',
    done: 'It is their avatar now.',
    discarded: 'Discarded. Their avatar stays as it is.',
  },
  fr: {
    title: (name: string) => `Une photo pour @${name}`,
    lead: 'Son carré central devient l’avatar une fois confirmé. L’historique montre qu’un opérateur l’a fait.',
    choose: 'Choisir une photo',
    sending: 'Envoi de la photo',
    cancel: 'Annuler',
    preview: 'La photo comme avatar',
    confirm: 'En faire sa photo',
    discard: 'Abandonner',
    done: 'C’est maintenant son avatar.',
    discarded: 'Abandonnée. Son avatar reste tel quel.',
  },
})

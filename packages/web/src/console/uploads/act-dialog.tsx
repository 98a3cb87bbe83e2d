import { isProblem } from '@likeness/client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { TextArea } from '../../ui/text-area.js'
import { useForm } from '../../ui/use-form.js'
import { ReasonField } from '../ui/reason-field.js'
import { actWords } from './act-words.js'
import { type Act, actsOn, perform, wantsReason } from './acts.js'
import { historyKey } from './list-history.js'
import { readUpload, type SeenUpload, uploadKey } from './read-upload.js'
import { WhatChanged } from './what-changed.js'

/**
 * Says what an act does and loses, asks for the reason where the server wants one, and acts on the upload as it was seen.
 * If it has changed since and still allows the act, what was typed stays, and the act is offered on it as it is shown then.
 * @param seen the upload when the dialog was opened
 */
export function ActDialog(props: { act: Act; seen: SeenUpload; onClose: () => void; onDone: () => void }) {
  const { act, seen, onClose, onDone } = props
  const words = useTexts(texts)
  const about = useTexts(actWords)[act]
  const queries = useQueryClient()
  const [target, setTarget] = useState<SeenUpload | null>(seen)
  const readAgain = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: uploadKey(seen.upload.id) }),
      queries.invalidateQueries({ queryKey: historyKey }),
    ])
  const { form, fault, busy } = useForm(async (given) => {
    try {
      await perform(act, target ?? seen, given)
    } catch (error) {
      // It may have been acted on by another: what it is now is shown.
      if (!isProblem(error, 'unreachable')) {
        await readAgain()
        setTarget(queries.getQueryData(readUpload(seen.upload.id).queryKey)?.seen ?? null)
      }
      throw error
    }
    await readAgain()
    onDone()
  })
  const now = useQuery({ ...readUpload(seen.upload.id), refetchInterval: false })
  const isOutdated =
    fault !== undefined &&
    (fault.status === 409 ||
      isProblem(fault, 'stale', 'upload-not-found', 'upload-expired', 'upload-discarded', 'upload-rejected'))
  const isPossible =
    !isOutdated || (isProblem(fault, 'stale') && target !== null && actsOn(target.upload).includes(act))
  return (
    <Dialog title={act === 'describe' ? words.textTitle : words.title(about.name)} onClose={onClose}>
      <p>{about.means}</p>
      <p className="font-medium">{about.back}</p>
      {fault && (
        <FaultNotice fault={fault} shown={['reason', 'altText']}>
          {isOutdated && now.data && <WhatChanged seen={seen.upload} now={now.data} />}
        </FaultNotice>
      )}
      <form {...form} className="space-y-5">
        {act === 'describe' && isPossible && (
          <TextArea
            label={words.text}
            name="altText"
            maxLength={1000}
            dir="auto"
            defaultValue={seen.upload.altText ?? ''}
            hint={words.textHint}
            error={fault?.field('altText')}
          />
        )}
        {wantsReason(act) && isPossible && <ReasonField error={fault?.field('reason')} />}
        <div className="flex flex-wrap gap-3">
          {isPossible && (
            <Button type="submit" look="primary" busy={busy}>
              {isOutdated ? words.anyway(about.name) : about.name}
            </Button>
          )}
          <Button onClick={onClose}>{isOutdated ? words.look : words.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}

const texts = textsOf({
  en: {
    title: (act: string) => `${act} this picture?`,
    textTitle: 'The text of this picture',
    text: 'Text',
    textHint:
      'Says what the picture shows to people who cannot see it. Empty: no text. At most 1,000 characters.',
    cancel: 'Cancel',
    anyway: (act: string) => `${act}, as it is now`,
    look: 'Look at it as it is now',
  },
  fr: {
    title: (act: string) => `${act} : cette photo ?`,
    textTitle: 'Le texte de cette photo',
    text: 'Texte',
    textHint:
      'Dit ce que montre la photo à qui ne peut pas la voir. Vide : aucun texte. 1 000 caractères au plus.',
    cancel: 'Annuler',
    anyway: (act: string) => `${act}, telle quelle`,
    look: 'La voir telle qu’elle est maintenant',
  },
})

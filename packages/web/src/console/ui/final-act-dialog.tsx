import type { ReactNode } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { useForm } from '../../ui/use-form.js'

/**
 * Asks before an act that nothing undoes.
 * @param act the word on its button
 * @param onAct does it; what it throws is shown
 */
export function FinalActDialog(props: {
  title: string
  means: string
  back: string
  act: string
  onAct: () => Promise<unknown>
  onClose: () => void
  children?: ReactNode
}) {
  const { title, means, back, act, onAct, onClose, children } = props
  const { cancel } = useTexts(texts)
  const { form, fault, busy } = useForm(onAct)
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <p>{means}</p>
      <p className="font-medium">{back}</p>
      {fault && <FaultNotice fault={fault} />}
      <form {...form} className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" busy={busy}>
          {act}
        </Button>
        <Button onClick={onClose}>{cancel}</Button>
      </form>
    </Dialog>
  )
}

const texts = textsOf({ en: { cancel: 'Cancel' }, fr: { cancel: 'Annuler' } })

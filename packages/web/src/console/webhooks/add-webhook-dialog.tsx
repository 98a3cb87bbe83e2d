import { call } from '@likeness/client'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { useForm } from '../../ui/use-form.js'
import { SecretOnce } from '../ui/secret-once.js'
import { WebhookFields } from './webhook-fields.js'
import { givenOf, webhooksKey } from './webhooks.js'

/** Adds a webhook, and shows its secret this once. */
export function AddWebhookDialog({ onClose }: { onClose: () => void }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const [secret, setSecret] = useState<string>()
  const { form, fault, busy } = useForm(async (entries) => {
    const { body } = await call(client, 'POST /v1/webhooks', { body: givenOf(entries) })
    setSecret(body.secret)
    await queries.invalidateQueries({ queryKey: webhooksKey })
  })
  return (
    <Dialog title={words.title} onClose={onClose}>
      {secret !== undefined && (
        <>
          <SecretOnce label={words.secret} secret={secret} />
          <Button onClick={onClose}>{words.close}</Button>
        </>
      )}
      {secret === undefined && (
        <form {...form} className="space-y-5">
          {fault && <FaultNotice fault={fault} shown={['url', 'description']} />}
          <WebhookFields fault={fault} />
          <Button type="submit" look="primary" busy={busy}>
            {words.add}
          </Button>
        </form>
      )}
    </Dialog>
  )
}

const texts = textsOf({
  en: { title: 'A new webhook', secret: 'Secret', add: 'Add it', close: 'I have copied it' },
  fr: { title: 'Un nouveau webhook', secret: 'Secret', add: 'L’ajouter', close: 'Je l’ai copié' },
})

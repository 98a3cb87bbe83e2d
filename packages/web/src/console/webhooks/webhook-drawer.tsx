import { call, isProblem, type Webhook } from '@likeness/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asFault, client } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { Skeleton } from '../../ui/skeleton.js'
import { useForm } from '../../ui/use-form.js'
import { FinalActDialog } from '../ui/final-act-dialog.js'
import { SecretOnce } from '../ui/secret-once.js'
import { Deliveries } from './deliveries.js'
import { WebhookFields } from './webhook-fields.js'
import { WebhookState } from './webhook-state.js'
import { givenOf, readWebhook, webhooksKey } from './webhooks.js'

/** One webhook: its state, its settings, and what it was sent. */
export function WebhookDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const [open, setOpen] = useState<'edit' | 'rotate' | 'remove'>()
  const read = useQuery(readWebhook(id))
  const webhook = read.data
  const onSettled = () => queries.invalidateQueries({ queryKey: webhooksKey })
  const toggle = useMutation({
    mutationFn: (enabled: boolean) =>
      call(client, 'PATCH /v1/webhooks/:id', { params: { id }, body: { enabled } }),
    onSettled,
  })
  return (
    <Dialog place="side" title={webhook?.url ?? words.title} onClose={onClose}>
      {read.error && (
        <FaultNotice
          fault={asFault(read.error)}
          again={isProblem(read.error, 'webhook-not-found') ? undefined : () => void read.refetch()}
        />
      )}
      {toggle.error && <FaultNotice fault={asFault(toggle.error)} />}
      {read.isPending && <Skeleton className="h-96 w-full" />}
      {webhook && (
        <>
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-soft">
            <WebhookState webhook={webhook} /> <Moment at={webhook.stateAt} />
          </p>
          {webhook.description && (
            <p>
              <bdi>{webhook.description}</bdi>
            </p>
          )}
          <div className="flex flex-wrap gap-3">
            <Button busy={toggle.isPending} onClick={() => toggle.mutate(webhook.state !== 'enabled')}>
              {webhook.state === 'enabled' ? words.disable : words.enable}
            </Button>
            <Button onClick={() => setOpen('edit')}>{words.edit}…</Button>
            <Button onClick={() => setOpen('rotate')}>{words.rotate}…</Button>
            <Button onClick={() => setOpen('remove')}>{words.remove}…</Button>
          </div>
          <p className="text-sm text-soft">
            {webhook.state === 'enabled' ? words.disableMeans : words.enableMeans}
          </p>
          <dl className="space-y-2 text-sm">
            <dt className="text-soft">{words.events}</dt>
            <dd>{webhook.events === null ? words.all : webhook.events.join(', ')}</dd>
            <dt className="text-soft">{words.publicKeys}</dt>
            {webhook.publicKeys.map((key) => (
              <dd key={key}>
                <code className="text-xs break-all">{key}</code>
              </dd>
            ))}
          </dl>
          <Deliveries id={id} />
          {open === 'edit' && <Edit webhook={webhook} onClose={() => setOpen(undefined)} />}
          {open === 'rotate' && <Rotate id={id} onClose={() => setOpen(undefined)} />}
          {open === 'remove' && <Remove id={id} onClose={() => setOpen(undefined)} onDone={onClose} />}
        </>
      )}
    </Dialog>
  )
}

function Edit({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const { form, fault, busy } = useForm(async (entries) => {
    const { id } = webhook
    await call(client, 'PATCH /v1/webhooks/:id', { params: { id }, body: givenOf(entries) })
    await queries.invalidateQueries({ queryKey: webhooksKey })
    onClose()
  })
  return (
    <Dialog title={words.edit} onClose={onClose}>
      <form {...form} className="space-y-5">
        {fault && <FaultNotice fault={fault} shown={['url', 'description']} />}
        <WebhookFields webhook={webhook} fault={fault} />
        <Button type="submit" look="primary" busy={busy}>
          {words.save}
        </Button>
      </form>
    </Dialog>
  )
}

function Rotate({ id, onClose }: { id: string; onClose: () => void }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const [made, setMade] = useState<{ secret: string; until: string }>()
  const { form, fault, busy } = useForm(async () => {
    const { body } = await call(client, 'POST /v1/webhooks/:id/secret', { params: { id } })
    setMade({ secret: body.secret, until: body.formerValidUntil })
    await queries.invalidateQueries({ queryKey: webhooksKey })
  })
  return (
    <Dialog title={words.rotate} onClose={onClose}>
      {made ? (
        <>
          <SecretOnce label={words.secret} secret={made.secret} />
          <p>
            {words.former} <Moment at={made.until} />
          </p>
          <Button onClick={onClose}>{words.copied}</Button>
        </>
      ) : (
        <form {...form} className="space-y-5">
          <p>{words.rotateMeans}</p>
          {fault && <FaultNotice fault={fault} />}
          <Button type="submit" look="primary" busy={busy}>
            {words.rotate}
          </Button>
        </form>
      )}
    </Dialog>
  )
}

function Remove({ id, onClose, onDone }: { id: string; onClose: () => void; onDone: () => void }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const remove = async () => {
    await call(client, 'DELETE /v1/webhooks/:id', { params: { id } })
    onDone()
    await queries.invalidateQueries({ queryKey: [...webhooksKey, 'list'] })
  }
  return (
    <FinalActDialog
      title={words.removeTitle}
      means={words.removeMeans}
      back={words.removeBack}
      act={words.remove}
      onAct={remove}
      onClose={onClose}
    />
  )
}

const texts = textsOf({
  en: {
    title: 'Webhook',
    enable: 'Enable',
    disable: 'Disable',
    enableMeans: 'Enabling it ends a pause, and sends what was kept for it.',
    disableMeans: 'Disabled, it is told nothing of what happens meanwhile, also not later.',
    edit: 'Change it',
    save: 'Save',
    rotate: 'Give it another secret',
    rotateMeans:
      'Requests are signed with both secrets for 24 hours. Done again within them, the oldest counts no longer.',
    secret: 'Secret',
    former: 'The former one counts until',
    copied: 'I have copied it',
    remove: 'Remove',
    removeTitle: 'Remove this webhook?',
    removeMeans: 'It is told nothing more, and the log of what it was sent goes.',
    removeBack: 'Cannot be undone: a new one has another secret.',
    events: 'What it is told',
    all: 'everything',
    publicKeys: 'Public keys',
  },
  fr: {
    title: 'Webhook',
    enable: 'Activer',
    disable: 'Désactiver',
    enableMeans: 'L’activer met fin à une pause, et envoie ce qui a été gardé pour lui.',
    disableMeans: 'Désactivé, il n’apprend rien de ce qui se passe entre-temps, pas même plus tard.',
    edit: 'Le modifier',
    save: 'Enregistrer',
    rotate: 'Lui donner un autre secret',
    rotateMeans:
      'Les requêtes sont signées avec les deux secrets pendant 24 heures. Refait entre-temps, le plus ancien ne compte plus.',
    secret: 'Secret',
    former: 'L’ancien compte jusqu’au',
    copied: 'Je l’ai copié',
    remove: 'Supprimer',
    removeTitle: 'Supprimer ce webhook ?',
    removeMeans: 'Il n’apprend plus rien, et le journal de ce qui lui a été envoyé disparaît.',
    removeBack: 'Ne peut pas être annulé : un nouveau a un autre secret.',
    events: 'Ce qu’il apprend',
    all: 'tout',
    publicKeys: 'Clés publiques',
  },
})

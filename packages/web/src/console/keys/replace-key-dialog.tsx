import { type CreatedKey, call, type ServiceKey } from '@likeness/client'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { useFocusOnStep } from '../../ui/use-focus-on-step.js'
import { useForm } from '../../ui/use-form.js'
import { SecretOnce } from '../ui/secret-once.js'
import { DaysField } from './days-field.js'
import { LastUses } from './last-uses.js'
import { keysKey } from './list-keys.js'
import { revokeKey } from './revoke-key.js'

/**
 * Replaces a key without a refused request: makes another with its name and scopes, shows it this once, and revokes the
 * former one when someone says that the new one is where it is needed.
 */
export function ReplaceKeyDialog({ serviceKey, onClose }: { serviceKey: ServiceKey; onClose: () => void }) {
  const words = useTexts(texts)
  const [made, setMade] = useState<CreatedKey>()
  const [isCopied, setCopied] = useState(false)
  const step = useFocusOnStep<HTMLDivElement>(`${made?.id} ${isCopied}`)
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p>
        <b className="font-semibold">
          <bdi>{serviceKey.name}</bdi>
        </b>{' '}
        <span className="text-soft">{serviceKey.scopes.join(', ')}</span>
      </p>
      <div ref={step} tabIndex={-1} className="space-y-5">
        {!made && <Make serviceKey={serviceKey} onMade={setMade} onClose={onClose} />}
        {made && !isCopied && (
          <>
            <SecretOnce label={words.key} secret={made.key} />
            <Button onClick={() => setCopied(true)}>{words.copied}</Button>
          </>
        )}
        {made && isCopied && <Deploy old={serviceKey} made={made} onClose={onClose} />}
      </div>
    </Dialog>
  )
}

function Make(props: { serviceKey: ServiceKey; onMade: (made: CreatedKey) => void; onClose: () => void }) {
  const { serviceKey, onMade, onClose } = props
  const { name, scopes } = serviceKey
  const words = useTexts(texts)
  const queries = useQueryClient()
  const { form, fault, busy } = useForm(async (entries) => {
    const body = { name, scopes, expiresInDays: Number(entries.expiresInDays) }
    onMade((await call(client, 'POST /v1/keys', { body })).body)
    await queries.invalidateQueries({ queryKey: keysKey })
  })
  return (
    <form {...form} className="space-y-5">
      <p>{words.means}</p>
      {fault && <FaultNotice fault={fault} shown={['expiresInDays']} />}
      <DaysField label={words.days} defaultValue={daysOf(serviceKey)} error={fault?.field('expiresInDays')} />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" busy={busy}>
          {words.make}
        </Button>
        <Button onClick={onClose}>{words.cancel}</Button>
      </div>
    </form>
  )
}

/** As many days as the former one was made for. */
const daysOf = ({ createdAt, expiresAt }: ServiceKey): number =>
  Math.max(1, Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / 86_400_000))

function Deploy({ old, made, onClose }: { old: ServiceKey; made: CreatedKey; onClose: () => void }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  const { form, fault, busy } = useForm(async () => {
    await revokeKey(queries, old)
    onClose()
  })
  return (
    <form {...form} className="space-y-5">
      <p>{words.deploy}</p>
      <LastUses old={old} successor={made} />
      <p className="font-medium">{words.back}</p>
      {fault && <FaultNotice fault={fault} />}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" busy={busy}>
          {words.revoke}
        </Button>
        <Button onClick={onClose}>{words.later}</Button>
      </div>
    </form>
  )
}

const texts = textsOf({
  en: {
    title: 'Replace this key',
    means:
      'Another key with this name and these scopes is made. This one stays valid until you revoke it, so nothing stops working meanwhile.',
    days: 'Days until the new key expires',
    make: 'Make the new key',
    cancel: 'Cancel',
    key: 'Key',
    copied: 'I have copied it',
    deploy:
      'Give the new key to everything that uses the old one. Once it works there, its last use shows here, to the minute.',
    back: 'Revoking the old key cannot be undone: what still uses it stops working.',
    revoke: 'It is deployed: revoke the old key',
    later: 'Later: keep both valid',
  },
  fr: {
    title: 'Remplacer cette clé',
    means:
      'Une autre clé avec ce nom et ces droits est créée. Celle-ci reste valide jusqu’à ce que vous la révoquiez : rien ne cesse de fonctionner entre-temps.',
    days: 'Jours avant l’expiration de la nouvelle clé',
    make: 'Créer la nouvelle clé',
    cancel: 'Annuler',
    key: 'Clé',
    copied: 'Je l’ai copiée',
    deploy:
      'Donnez la nouvelle clé à tout ce qui utilise l’ancienne. Dès qu’elle y fonctionne, son dernier usage apparaît ici, à la minute près.',
    back: 'Révoquer l’ancienne clé ne peut pas être annulé : ce qui s’en sert encore cesse de fonctionner.',
    revoke: 'C’est déployé : révoquer l’ancienne clé',
    later: 'Plus tard : garder les deux valides',
  },
})

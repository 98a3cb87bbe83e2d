import type { ServiceKey } from '@likeness/client'
import { useQueryClient } from '@tanstack/react-query'
import { textsOf, useTexts } from '../../language/texts.js'
import { FinalActDialog } from '../ui/final-act-dialog.js'
import { LastUses } from './last-uses.js'
import { revokeKey } from './revoke-key.js'

/** Ends a key for good. @param successor the key that replaces it, if there is one */
export function RevokeKeyDialog(props: {
  serviceKey: ServiceKey
  successor: ServiceKey | undefined
  onClose: () => void
}) {
  const { serviceKey, successor, onClose } = props
  const words = useTexts(texts)
  const queries = useQueryClient()
  const revoke = async () => {
    await revokeKey(queries, serviceKey)
    onClose()
  }
  return (
    <FinalActDialog {...words} onAct={revoke} onClose={onClose}>
      <p>
        <b className="font-semibold">
          <bdi>{serviceKey.name}</bdi>
        </b>
      </p>
      <LastUses old={serviceKey} successor={successor} />
    </FinalActDialog>
  )
}

const texts = textsOf({
  en: {
    title: 'Revoke this key?',
    means: 'Requests with it are refused from now on. Whatever uses it stops working.',
    back: 'Cannot be undone. To change a key that is in use, replace it first.',
    act: 'Revoke',
  },
  fr: {
    title: 'Révoquer cette clé ?',
    means: 'Les requêtes qui l’utilisent sont refusées désormais. Ce qui s’en sert cesse de fonctionner.',
    back: 'Ne peut pas être annulé. Pour changer une clé qui sert encore, remplacez-la d’abord.',
    act: 'Révoquer',
  },
})

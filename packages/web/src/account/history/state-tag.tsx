import type { Upload } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'
import { Tag } from '../../ui/tag.js'

const looks: Partial<Record<Upload['status'], 'good' | 'bad'>> = {
  published: 'good',
  rejected: 'bad',
  failed: 'bad',
}

/** The state of an upload in a word or two. */
export function StateTag({ status }: Pick<Upload, 'status'>) {
  const words = useTexts(texts)
  return <Tag look={looks[status] ?? 'plain'}>{words.states[status]}</Tag>
}

/** Why an upload is in its state, where there is a reason to tell. */
export function useReason(): (upload: Upload) => string | undefined {
  const words = useTexts(texts)
  const reasons: Readonly<Record<string, string>> = words.reasons
  return ({ heldByOperator, failure, status }) => {
    if (heldByOperator) return words.held
    if (failure) return reasons[failure.code] ?? failure.detail
    return status === 'expired' ? words.expired : undefined
  }
}

const texts = textsOf({
  en: {
    states: {
      pending: 'Not confirmed',
      confirmed: 'Being published',
      published: 'Your avatar',
      superseded: 'Replaced',
      withdrawn: 'Taken away',
      discarded: 'Discarded',
      expired: 'Expired',
      rejected: 'Refused',
      failed: 'Failed',
      erased: 'Erased',
    },
    held: 'An operator withdrew it. It can be used again once an operator allows it; the reason is in your activity.',
    expired: 'It was not confirmed in time.',
    reasons: {
      'refused-by-operator': 'An operator refused it. The reason is in your activity.',
      'blocked-image': 'Operators do not allow this picture here.',
      'invalid-image': 'The file is damaged or incomplete.',
      'unsupported-image': 'This kind of file is not accepted.',
      'too-many-pixels': 'It has too many pixels.',
      'image-too-small': 'It is too small.',
    },
  },
  fr: {
    states: {
      pending: 'Non confirmée',
      confirmed: 'En cours de publication',
      published: 'Votre avatar',
      superseded: 'Remplacée',
      withdrawn: 'Retirée',
      discarded: 'Abandonnée',
      expired: 'Expirée',
      rejected: 'Refusée',
      failed: 'Échouée',
      erased: 'Effacée',
    },
    held: 'Un opérateur l’a retirée. Elle pourra resservir quand un opérateur l’autorisera ; le motif est dans votre activité.',
    expired: 'Elle n’a pas été confirmée à temps.',
    reasons: {
      'refused-by-operator': 'Un opérateur l’a refusée. Le motif est dans votre activité.',
      'blocked-image': 'Les opérateurs n’admettent pas cette photo ici.',
      'invalid-image': 'Le fichier est endommagé ou incomplet.',
      'unsupported-image': 'Ce type de fichier n’est pas accepté.',
      'too-many-pixels': 'Elle a trop de pixels.',
      'image-too-small': 'Elle est trop petite.',
    },
  },
})

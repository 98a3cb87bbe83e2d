import type { UploadEvent, UploadStatus } from '@likeness/client'
import { textsOf } from '../../language/texts.js'

type Words = { statuses: Record<UploadStatus, string>; events: Record<UploadEvent['type'], string> }

/** The states and the events of uploads in words. */
export const uploadWords = textsOf<Words>({
  en: {
    statuses: {
      pending: 'pending',
      confirmed: 'confirmed',
      published: 'published',
      superseded: 'superseded',
      withdrawn: 'withdrawn',
      discarded: 'discarded',
      expired: 'expired',
      rejected: 'rejected',
      failed: 'failed',
      erased: 'erased',
    },
    events: {
      uploaded: 'Uploaded',
      prepared: 'Preview made',
      rejected: 'Rejected',
      confirmed: 'Confirmed',
      rendered: 'Rendered',
      published: 'Published',
      superseded: 'Superseded',
      withdrawn: 'Withdrawn',
      held: 'Held by an operator',
      restored: 'Restored',
      described: 'Text changed',
      'hold-lifted': 'Hold lifted',
      discarded: 'Discarded',
      expired: 'Expired',
      failed: 'Failed',
      'original-deleted': 'Original deleted',
      erased: 'Erased',
    },
  },
  fr: {
    statuses: {
      pending: 'en attente',
      confirmed: 'confirmé',
      published: 'publié',
      superseded: 'remplacé',
      withdrawn: 'retiré',
      discarded: 'abandonné',
      expired: 'expiré',
      rejected: 'rejeté',
      failed: 'échoué',
      erased: 'effacé',
    },
    events: {
      uploaded: 'Envoyé',
      prepared: 'Aperçu créé',
      rejected: 'Rejeté',
      confirmed: 'Confirmé',
      rendered: 'Rendu',
      published: 'Publié',
      superseded: 'Remplacé',
      withdrawn: 'Retiré',
      held: 'Retenu par un opérateur',
      restored: 'Restauré',
      described: 'Texte modifié',
      'hold-lifted': 'Retenue levée',
      discarded: 'Abandonné',
      expired: 'Expiré',
      failed: 'Échoué',
      'original-deleted': 'Original supprimé',
      erased: 'Effacé',
    },
  },
})

/** The look of a state's tag. */
export const lookOf = (status: UploadStatus): 'good' | 'bad' | 'plain' =>
  status === 'published' ? 'good' : ['rejected', 'failed', 'withdrawn'].includes(status) ? 'bad' : 'plain'

import { textsOf } from '../../language/texts.js'
import type { BulkAct } from './bulk.js'

/** The acts on many: what each is called, and what it loses. */
export const bulkWords = textsOf<Record<BulkAct, { name: string; means: string }>>({
  en: {
    'take-away': {
      name: 'Withdraw or refuse',
      means:
        'Avatars disappear everywhere, which can be undone. Pending uploads are refused and their files deleted, which cannot. Owners are told.',
    },
    erase: {
      name: 'Erase or discard',
      means: 'The files of these pictures are deleted. That cannot be undone. Their rows and trails stay.',
    },
    'lift-hold': {
      name: 'Lift holds',
      means: 'The owners may restore these pictures by themselves.',
    },
  },
  fr: {
    'take-away': {
      name: 'Retirer ou refuser',
      means:
        'Les avatars disparaissent partout, ce qui peut être annulé. Les envois en attente sont refusés et leurs fichiers supprimés, ce qui ne le peut pas. Les propriétaires en sont informés.',
    },
    erase: {
      name: 'Effacer ou abandonner',
      means:
        'Les fichiers de ces photos sont supprimés. Cela ne peut pas être annulé. Leurs lignes et leurs traces restent.',
    },
    'lift-hold': {
      name: 'Lever les retenues',
      means: 'Les propriétaires peuvent restaurer ces photos eux-mêmes.',
    },
  },
})

import { textsOf } from '../../language/texts.js'
import type { JobState, Queue } from './list-queues.js'

type Words = {
  kinds: Readonly<Record<Queue['kind'], string>>
  states: Readonly<Record<JobState, string>>
}

/** The kinds of work and the states of jobs in words. */
export const queueTexts = textsOf<Words>({
  en: {
    kinds: {
      pictures: 'Pictures',
      previews: 'Previews',
      'slow-pictures': 'HEIC pictures',
      light: 'Notices and erasures',
      webhooks: 'Webhooks',
      imports: 'Imports',
      mail: 'E-mail',
      upkeep: 'Upkeep',
    },
    states: { waiting: 'Waiting', active: 'Running', delayed: 'Later', failed: 'Failed' },
  },
  fr: {
    kinds: {
      pictures: 'Photos',
      previews: 'Aperçus',
      'slow-pictures': 'Photos HEIC',
      light: 'Avis et effacements',
      webhooks: 'Webhooks',
      imports: 'Imports',
      mail: 'E-mail',
      upkeep: 'Entretien',
    },
    states: { waiting: 'En attente', active: 'En cours', delayed: 'Plus tard', failed: 'Échoués' },
  },
})

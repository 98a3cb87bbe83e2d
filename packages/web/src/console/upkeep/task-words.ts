import { textsOf, useTexts } from '../../language/texts.js'
import type { Service } from '../ui/services.js'

const trail = {
  en: {
    'seal-trail': 'Seals the events of the trail that are settled.',
    'verify-trail': 'Computes every seal of the trail again, and names the first event that does not fit.',
    'drain-audit': 'Sends sealed events of the trail to AUDIT_DRAIN_URL.',
  },
  fr: {
    'seal-trail': 'Scelle les événements de la trace qui ne changent plus.',
    'verify-trail':
      'Recalcule chaque sceau de la trace, et nomme le premier événement qui ne correspond pas.',
    'drain-audit': 'Envoie les événements scellés de la trace à AUDIT_DRAIN_URL.',
  },
} as const

/** What each task does, by its service and name. */
const texts = textsOf<Record<Service, Readonly<Record<string, string>>>>({
  en: {
    media: {
      ...trail.en,
      'expire-uploads': 'Expires unconfirmed uploads past their time, and deletes their files.',
      'requeue-stuck': 'Adds lost jobs again, for uploads that wait too long.',
      'collect-garbage': 'Deletes files that no row names.',
      prune:
        'Deletes originals, past versions and trails that KEEP_… no longer keeps, and old idempotency keys.',
      'roll-up-stats': 'Adds what happened since the last time to the sums of Insights.',
      'tell-webhooks': 'Notes what webhooks are to be told, and sends what is due.',
    },
    accounts: {
      ...trail.en,
      'requeue-stuck': 'Adds the lost jobs of e-mails and erasures that have waited too long.',
      prune: 'Deletes expired sessions, sent e-mails, old activity, and accounts that were never verified.',
      'retire-keys': 'Deletes signing keys whose last token has expired.',
    },
  },
  fr: {
    media: {
      ...trail.fr,
      'expire-uploads': 'Fait expirer les envois non confirmés à temps, et supprime leurs fichiers.',
      'requeue-stuck': 'Ajoute à nouveau les tâches perdues des envois qui attendent trop longtemps.',
      'collect-garbage': 'Supprime les fichiers qu’aucune ligne ne nomme.',
      prune:
        'Supprime originaux, anciennes versions et traces que KEEP_… ne conserve plus, et les anciennes clés d’idempotence.',
      'roll-up-stats': 'Ajoute aux sommes des Chiffres ce qui s’est passé depuis la dernière fois.',
      'tell-webhooks': 'Note ce que les webhooks doivent apprendre, et envoie ce qui est dû.',
    },
    accounts: {
      ...trail.fr,
      'requeue-stuck':
        'Ajoute à nouveau les tâches perdues des e-mails et des effacements qui attendent trop longtemps.',
      prune: 'Supprime sessions expirées, e-mails envoyés, ancienne activité et comptes jamais vérifiés.',
      'retire-keys': 'Supprime les clés de signature dont le dernier jeton a expiré.',
    },
  },
})

/** Says what a task does; the server’s own words for one that is newer than this page. */
export function useTaskWords() {
  const words = useTexts(texts)
  return (service: Service, { name, description }: { name: string; description: string }): string =>
    words[service][name] ?? description
}

import { textsOf } from '../../language/texts.js'

export const activityTexts = textsOf({
  en: {
    by: {
      you: 'By you',
      manager: 'By a manager',
      admin: 'By an administrator',
      operator: 'By an operator',
      key: 'By a program of the service',
      service: 'By the service',
      upkeep: 'By the service’s upkeep',
      unknown: 'By someone who was not logged in',
    },
    reason: (reason: string) => `Reason: ${reason}`,
    changed: (fields: string) => `Changed: ${fields}`,
    from: (before: string, after: string) => `From ${before} to ${after}`,
    nothing: 'none',
    fields: { username: 'Username', custom: 'Fields of your group', altText: 'Description' },
  },
  fr: {
    by: {
      you: 'Par vous',
      manager: 'Par un gestionnaire',
      admin: 'Par un administrateur',
      operator: 'Par un opérateur',
      key: 'Par un programme du service',
      service: 'Par le service',
      upkeep: 'Par l’entretien du service',
      unknown: 'Par une personne non connectée',
    },
    reason: (reason: string) => `Motif : ${reason}`,
    changed: (fields: string) => `Modifié : ${fields}`,
    from: (before: string, after: string) => `De ${before} à ${after}`,
    nothing: 'aucun',
    fields: { username: 'Nom d’utilisateur', custom: 'Champs de votre groupe', altText: 'Description' },
  },
})

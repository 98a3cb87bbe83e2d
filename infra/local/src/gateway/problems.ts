import { commonProblems, type ProblemTable } from '@likeness/contracts'

/** The problems of the gateway itself; all others come from a service. */
export const gatewayProblems = {
  ...commonProblems,
  'no-accounts': {
    status: 404,
    title: { en: 'There are no accounts here', fr: 'Il n’y a pas de comptes ici' },
    detail: {
      en: 'This Likeness keeps pictures for another login. Log in there, and send the access token it gives.',
      fr: 'Ce Likeness garde les images pour une autre connexion. Connectez-vous là-bas et envoyez le jeton d’accès qu’elle donne.',
    },
  },
  'service-unavailable': {
    status: 503,
    title: { en: 'A service is unavailable', fr: 'Un service est indisponible' },
    detail: {
      en: '{service} does not answer; try again in a moment.',
      fr: '{service} ne répond pas ; réessayez dans un instant.',
    },
  },
  'bad-gateway': {
    status: 502,
    title: { en: 'The service closed the connection', fr: 'Le service a fermé la connexion' },
    detail: {
      en: '{service} closed the connection without an answer.',
      fr: '{service} a fermé la connexion sans répondre.',
    },
  },
} satisfies ProblemTable

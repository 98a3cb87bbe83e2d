import { commonProblems, type ProblemTable } from '@likeness/contracts'

/** What the gateway itself answers; everything else comes from a service. */
export const gatewayProblems = {
  ...commonProblems,
  'service-unavailable': {
    status: 503,
    title: { en: 'A part of the service is away', fr: 'Une partie du service est absente' },
    detail: {
      en: '{service} does not answer; try again in a moment.',
      fr: '{service} ne répond pas ; réessayez dans un instant.',
    },
  },
  'bad-gateway': {
    status: 502,
    title: { en: 'A part of the service broke off', fr: 'Une partie du service s’est interrompue' },
    detail: {
      en: '{service} ended the connection without an answer.',
      fr: '{service} a fermé la connexion sans répondre.',
    },
  },
} satisfies ProblemTable

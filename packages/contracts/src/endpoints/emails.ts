import {
  ConfirmEmail,
  ConfirmedEmail,
  RequestReset,
  ResendVerification,
  ResetPassword,
  StopEmailChange,
  StoppedEmailChange,
} from '../emails.js'
import { endpointsOf } from '../endpoint.js'
import { empty, json } from './answers.js'

const endpoint = endpointsOf('accounts')
const linkProblems = ['token-invalid', 'token-expired'] as const

/** The targets of links in e-mails. */
export const emails = {
  resendVerification: endpoint({
    id: 'resendVerification',
    method: 'POST',
    path: '/v1/email-verifications',
    by: 'optional',
    tag: 'emails',
    summary: 'Send the link that verifies an address again',
    description:
      'Goes to one’s own address when signed in, else to the one in the body. The answer never reveals whether that is known.',
    body: ResendVerification.nullish(),
    answers: { 202: empty('If there is an address to verify, the link is on its way.') },
    problems: ['rate-limited'],
  }),
  verify: endpoint({
    id: 'verifyEmail',
    method: 'POST',
    path: '/v1/email-verifications/confirm',
    by: 'anyone',
    tag: 'emails',
    summary: 'Verify an address with the token of its link',
    description:
      'The token works once, for 24 hours unless `VERIFICATION_HOURS` says otherwise. It also completes a change of address.',
    body: ConfirmEmail,
    answers: { 200: json(ConfirmedEmail, 'The address is verified.') },
    problems: [...linkProblems, 'email-taken'],
  }),
  stopChange: endpoint({
    id: 'stopEmailChange',
    method: 'POST',
    path: '/v1/email-changes/stop',
    by: 'anyone',
    tag: 'emails',
    summary: 'Stop a change of address with the token of the link to the present one',
    description:
      'The address stays, and every session and every other link ends. Someone who knew the password asked for the ' +
      'change: choose a new password.',
    body: StopEmailChange,
    answers: { 200: json(StoppedEmailChange, 'The change is stopped.') },
    problems: linkProblems,
  }),
  requestReset: endpoint({
    id: 'requestPasswordReset',
    method: 'POST',
    path: '/v1/password-resets',
    by: 'anyone',
    tag: 'passwords',
    summary: 'Ask for a link to choose a new password',
    description: 'The answer never reveals whether the address is known.',
    body: RequestReset,
    answers: { 202: empty('If the address is known, the link is on its way.') },
    problems: ['rate-limited'],
  }),
  resetPassword: endpoint({
    id: 'resetPassword',
    method: 'POST',
    path: '/v1/password-resets/confirm',
    by: 'anyone',
    tag: 'passwords',
    summary: 'Choose a new password with the token of the link',
    description:
      'The token works once, for 30 minutes unless `RESET_MINUTES` says otherwise. All sessions end.',
    body: ResetPassword,
    answers: { 204: empty('The new password counts from now on.', { headers: ['set-cookie'] }) },
    problems: [...linkProblems, 'weak-password'],
  }),
} as const

import { IdParams } from '../common.js'
import { endpointsOf } from '../endpoint.js'
import { RegistrationForm } from '../registration.js'
import { Me, PublicUser, Register } from '../users.js'
import { json } from './answers.js'

const endpoint = endpointsOf('accounts')
const tag = 'users'

/** Registering, and what is public of a user. */
export const users = {
  registrationForm: endpoint({
    id: 'readRegistrationForm',
    method: 'GET',
    path: '/v1/users/registration',
    by: 'anyone',
    tag,
    summary: 'Read the fields of the registration form',
    description: 'The groups open for registration, and the fields each of them requires.',
    answers: { 200: json(RegistrationForm, 'The fields to ask for.') },
  }),
  register: endpoint({
    id: 'registerUser',
    method: 'POST',
    path: '/v1/users',
    by: 'anyone',
    tag,
    summary: 'Register',
    description:
      'Makes a user with a profile, and sends a link that verifies the e-mail address where the deployment verifies ' +
      'addresses. Where verification is mandatory, an address that is registered already gets the same answer, and its ' +
      'owner is told by e-mail; elsewhere it is 409 `email-taken`.',
    body: Register,
    answers: { 201: json(Me, 'The user.') },
    problems: ['username-taken', 'email-taken', 'weak-password', 'rate-limited'],
  }),
  read: endpoint({
    id: 'readUser',
    method: 'GET',
    path: '/v1/users/:id',
    by: 'user',
    tag,
    summary: 'Read the public profile of a user',
    description: 'A disabled or closed account is 404 `user-not-found`.',
    params: IdParams,
    answers: { 200: json(PublicUser, 'The part of a user that anyone signed in may see.') },
    problems: ['user-not-found'],
  }),
} as const

import { z } from 'zod'
import { Jwks } from '../access-token.js'
import { IdParams, PageQuery } from '../common.js'
import { endpointsOf } from '../endpoint.js'
import {
  CookieLoggedIn,
  CookieTokens,
  LoggedIn,
  LogIn,
  LogInQuery,
  LogOutQuery,
  Refresh,
  SessionPage,
  Tokens,
} from '../sessions.js'
import { empty, json, page } from './answers.js'

const endpoint = endpointsOf('accounts')
const tag = 'sessions'

/** Logging in, staying logged in, logging out, and the keys that verify access tokens. */
export const sessions = {
  logIn: endpoint({
    id: 'logIn',
    method: 'POST',
    path: '/v1/sessions',
    by: 'anyone',
    tag,
    crossOrigin: 'cookies',
    summary: 'Log in',
    description:
      'With an e-mail address or a username, and the password. An unknown user and a wrong password get the same ' +
      'answer in the same time. With `cookie=true` the refresh token comes as an HttpOnly cookie, not in the body.',
    query: LogInQuery,
    body: LogIn,
    answers: {
      201: json(z.union([LoggedIn, CookieLoggedIn]), 'The tokens of a new session, and the user.', {
        headers: ['set-cookie'],
      }),
    },
    problems: ['invalid-credentials', 'account-disabled', 'email-not-verified', 'rate-limited'],
  }),
  refresh: endpoint({
    id: 'refreshSession',
    method: 'POST',
    path: '/v1/sessions/refresh',
    by: 'anyone',
    tag,
    crossOrigin: 'cookies',
    summary: 'Refresh the tokens of a session',
    description:
      'Takes the refresh token from the body, else from the cookie, and rotates it. A token that was rotated before ' +
      'ends the session, unless that was within the last seconds (`REFRESH_GRACE_SECONDS`).',
    body: Refresh.nullish(),
    answers: {
      200: json(z.union([Tokens, CookieTokens]), 'The next tokens.', { headers: ['set-cookie'] }),
    },
    problems: ['invalid-refresh-token', 'refresh-token-reused', 'cross-site-request', 'rate-limited'],
  }),
  list: endpoint({
    id: 'listSessions',
    method: 'GET',
    path: '/v1/sessions',
    by: 'user',
    tag,
    summary: 'List the devices I am logged in on, newest log-in first',
    description: 'The session of this request is marked as `current`.',
    query: PageQuery,
    answers: { 200: page(SessionPage, 'One page of the live sessions.') },
    problems: ['invalid-cursor'],
  }),
  logOut: endpoint({
    id: 'logOut',
    method: 'DELETE',
    path: '/v1/sessions/current',
    by: 'user',
    tag,
    crossOrigin: 'cookies',
    summary: 'Log out',
    description: 'Ends the session of this request and clears its cookies.',
    answers: { 204: empty('The session has ended.', { headers: ['set-cookie'] }) },
  }),
  logOutDevice: endpoint({
    id: 'logOutDevice',
    method: 'DELETE',
    path: '/v1/sessions/:id',
    by: 'user',
    tag,
    summary: 'Log out one device',
    description: 'Its access token is refused within seconds, in both services.',
    params: IdParams,
    answers: { 204: empty('The session has ended.') },
    problems: ['session-not-found'],
  }),
  logOutEverywhere: endpoint({
    id: 'logOutEverywhere',
    method: 'DELETE',
    path: '/v1/sessions',
    by: 'user',
    tag,
    crossOrigin: 'cookies',
    summary: 'Log out everywhere, or everywhere else',
    description: 'With `except=current` the session of this request stays.',
    query: LogOutQuery,
    answers: { 204: empty('The sessions have ended.', { headers: ['set-cookie'] }) },
  }),
  keys: endpoint({
    id: 'readKeys',
    method: 'GET',
    path: '/.well-known/jwks.json',
    by: 'anyone',
    tag: 'keys',
    summary: 'The public keys that verify access tokens',
    description:
      'A JSON Web Key Set (RFC 7517). A key is published before it signs and until its last token expires.',
    answers: { 200: json(Jwks, 'The keys.', { headers: ['cache-control'] }) },
  }),
} as const

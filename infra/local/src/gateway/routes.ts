/**
 * Which service answers which paths: each prefix stands for itself and everything below it. Whatever is not
 * named here, `/internal` above all, is never passed on. infra/docker/nginx.conf has the same list, and a
 * test compares the two.
 */
export const routes = {
  accounts: [
    '/v1/users',
    '/v1/sessions',
    '/v1/me',
    '/v1/email-verifications',
    '/v1/email-changes',
    '/v1/password-resets',
    '/v1/erasures',
    '/inbox',
    '/v1/admin/users',
    '/v1/admin/erasures',
    '/.well-known/jwks.json',
  ],
  media: [
    '/v1/uploads',
    '/v1/avatars',
    '/v1/history',
    '/v1/stats',
    '/v1/admin/cleanup',
    '/v1/admin/reconcile',
    '/avatar',
  ],
} as const

export type ServiceName = keyof typeof routes

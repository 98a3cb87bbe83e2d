declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answers of this route bring their own security headers. */
    ownHeaders?: boolean
  }
}

/**
 * The headers of every answer that is no page and no picture: nothing in it is run, framed, or read as anything but
 * what it says it is (OWASP HTTP Headers Cheat Sheet).
 */
export const securityHeaders = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'cross-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
} as const

import type { FastifyRequest } from 'fastify'
import { type Logger, pino } from 'pino'
import { clientAddress } from './client-address.js'

export type { Logger }

// Names under which a secret could reach a log line, at the top and one level down.
const secretNames = [
  'password',
  'passwordConfirmation',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'secret',
]

/** JSON lines on standard output; secrets are replaced by `[redacted]`. */
export function openLogger(name: string, level: string): Logger {
  return pino(
    {
      name,
      level,
      redact: {
        paths: [
          ...secretNames.flatMap((field) => [field, `*.${field}`]),
          'req.headers.authorization',
          'req.headers.cookie',
          'res.headers["set-cookie"]',
        ],
        censor: '[redacted]',
      },
      serializers: {
        // The path only: a query may carry a token.
        req: (request: FastifyRequest) => ({
          method: request.method,
          path: request.url.split('?', 1)[0],
          id: request.id,
          ip: clientAddress(request),
        }),
        res: (reply: { statusCode: number }) => ({ status: reply.statusCode }),
        err: pino.stdSerializers.err,
      },
    },
    standardOutput(),
  )
}

// sonic-boom's flushSync, which `fatal` calls, tries again without end once the reader of the output is gone.
// Every line is written at once, so there is nothing to flush.
function standardOutput() {
  const output = pino.destination({ dest: 1, sync: true })
  output.flushSync = () => undefined
  return output
}

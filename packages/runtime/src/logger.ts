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

/**
 * JSON lines; secrets are replaced by `[redacted]`.
 * @param output `stderr` for commands, whose data goes to stdout
 */
export function openLogger(name: string, level: string, output: 'stdout' | 'stderr' = 'stdout'): Logger {
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
        err: describeError,
      },
    },
    standardOutput(output === 'stdout' ? 1 : 2),
  )
}

/**
 * Type, message and stack with those of its causes, and fields that are plain values, such as `code` and `constraint`.
 * An object is left out: pg hangs the whole client on an error, with the secret key of its connection.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error)
  const { type, message, stack } = pino.stdSerializers.err(error)
  const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)
  return {
    ...Object.fromEntries(Object.entries(error).filter(([, value]) => isPlain(value))),
    ...(error instanceof AggregateError && { errors: error.errors.map(describeError) }),
    type,
    message,
    stack,
  }
}

// sonic-boom's flushSync, which `fatal` calls, tries again without end once the reader of the output is gone.
// Every line is written at once, so there is nothing to flush.
function standardOutput(dest: 1 | 2) {
  const output = pino.destination({ dest, sync: true })
  output.flushSync = () => undefined
  return output
}

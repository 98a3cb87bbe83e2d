import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { Fault } from '../fault.js'

const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(8080),
  DATA_DIR: z.string().default('.likeness'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn'),
  PUBLIC_URL: z.url().optional(),
  ADMIN_EMAIL: z.email().default('admin@example.com'),
  ADMIN_PASSWORD: z.string().optional(),
  ACCOUNTS_DATABASE_URL: z.url().optional(),
  MEDIA_DATABASE_URL: z.url().optional(),
  QUEUE_URL: z.url().optional(),
  STORAGE_URL: z.url().optional(),
})

export interface Settings {
  host: string
  port: number
  /** Absolute. */
  dataDir: string
  logLevel: string
  /** The one origin, without a slash at the end. */
  publicUrl: string
  admin: { email: string; password: string | undefined }
  /** What is undefined is embedded. */
  accountsDatabaseUrl: string | undefined
  mediaDatabaseUrl: string | undefined
  queueUrl: string | undefined
  storageUrl: string
}

/**
 * What `npm start` takes from its environment; an empty variable counts as absent.
 *
 * @throws Fault naming every variable that cannot be used
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    throw new Fault(
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
    )
  }
  const known = parsed.data
  if (given.DATABASE_URL !== undefined && known.ACCOUNTS_DATABASE_URL === undefined) {
    throw new Fault(
      'Each service has its own database: set ACCOUNTS_DATABASE_URL and MEDIA_DATABASE_URL, not DATABASE_URL.',
    )
  }
  const dataDir = resolve(known.DATA_DIR)
  return {
    host: known.HOST,
    port: known.PORT,
    dataDir,
    logLevel: known.LOG_LEVEL,
    publicUrl: (known.PUBLIC_URL ?? originOf(known.HOST, known.PORT)).replace(/\/+$/, ''),
    admin: { email: known.ADMIN_EMAIL, password: known.ADMIN_PASSWORD },
    accountsDatabaseUrl: known.ACCOUNTS_DATABASE_URL,
    mediaDatabaseUrl: known.MEDIA_DATABASE_URL,
    queueUrl: known.QUEUE_URL,
    storageUrl: known.STORAGE_URL ?? pathToFileURL(resolve(dataDir, 'blobs')).href,
  }
}

/** A URL this machine's browser can open: "every address" is none, and IPv6 goes in brackets. */
export function originOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AccountsConfig } from '@likeness/accounts/config'
import { MediaConfig } from '@likeness/media/config'
import { ConfigError, integer, ProcessConfig, parseConfig } from '@likeness/runtime/config'
import { readSecretFiles } from '@likeness/runtime/secrets'
import { z } from 'zod'
import { Fault } from '../fault.js'

/** The settings of `npm start` itself; the rest of its environment is for the services. */
export const Environment = z.object({
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  PORT: integer(1, 65_535).default(8080).describe('port to listen on'),
  DATA_DIR: z.string().default('.likeness').describe('folder of the database, pictures and secrets'),
  LOG_LEVEL: ProcessConfig.shape.LOG_LEVEL.unwrap().default('warn').describe('minimum log level shown'),
  PUBLIC_URL: z.url().optional().describe('the one origin clients see (default from HOST and PORT)'),
  ADMIN_EMAIL: z.email().default('admin@example.com').describe('address of the first administrator'),
  ADMIN_PASSWORD: z.string().optional().describe('their password (default generated and shown once)'),
  ACCOUNTS: z
    .enum(['on', 'off'])
    .default('on')
    .describe('off: media alone, for the people of the logins in ISSUERS'),
  ACCOUNTS_DATABASE_URL: z.url().optional().describe('postgres://… of accounts (default embedded)'),
  MEDIA_DATABASE_URL: z.url().optional().describe('postgres://… of media (default embedded)'),
  QUEUE_URL: z.url().optional().describe('redis[s]://… or postgres://… of jobs (default embedded)'),
  STORAGE_URL: z.url().optional().describe('file:///… or s3://… of pictures (default in DATA_DIR)'),
})

/** The variables that `npm start` sets for each service, whatever the environment says. */
export const setByStart = [
  'HOST',
  'PORT',
  'LOG_LEVEL',
  'PUBLIC_URL',
  'DATABASE_URL',
  'ACCOUNTS_URL',
  'MEDIA_URL',
  'TRUST_PROXY',
] as const

/** Every variable that can be read from a file. */
const everyName = [Environment, AccountsConfig, MediaConfig].flatMap(({ shape }) => Object.keys(shape))

export interface Settings {
  /**
   * The environment for the parts, with the contents of its files; some variables reach the parts under other names.
   */
  env: NodeJS.ProcessEnv
  host: string
  port: number
  /** An absolute path. */
  dataDir: string
  logLevel: string
  /** The one origin, without a slash at the end. */
  publicUrl: string
  /** Undefined without accounts. */
  admin: { email: string; password: string | undefined } | undefined
  /** Undefined means embedded. */
  accountsDatabaseUrl: string | undefined
  mediaDatabaseUrl: string | undefined
  queueUrl: string | undefined
  storageUrl: string
}

/**
 * Reads the settings of `npm start` from its environment; an empty variable counts as absent.
 *
 * @throws Fault naming every variable that one of the processes cannot use
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const { variables: given, faults: unread } = readSecretFiles(everyName, present)
  const parsed = Environment.safeParse(given)
  const own = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  const faults = [...unread, ...own, ...faultsOfServices(given, given.ACCOUNTS !== 'off')]
  if (!parsed.success || faults.length > 0) throw new Fault([...new Set(faults)].join('\n'))
  const known = parsed.data
  if (given.DATABASE_URL !== undefined && known.ACCOUNTS_DATABASE_URL === undefined) {
    throw new Fault(
      'Each service has its own database: set ACCOUNTS_DATABASE_URL and MEDIA_DATABASE_URL, not DATABASE_URL.',
    )
  }
  const dataDir = resolve(known.DATA_DIR)
  return {
    env: given,
    host: known.HOST,
    port: known.PORT,
    dataDir,
    logLevel: known.LOG_LEVEL,
    publicUrl: (known.PUBLIC_URL ?? originOf(known.HOST, known.PORT)).replace(/\/+$/, ''),
    admin: known.ACCOUNTS === 'on' ? { email: known.ADMIN_EMAIL, password: known.ADMIN_PASSWORD } : undefined,
    accountsDatabaseUrl: known.ACCOUNTS_DATABASE_URL,
    mediaDatabaseUrl: known.MEDIA_DATABASE_URL,
    queueUrl: known.QUEUE_URL,
    storageUrl: known.STORAGE_URL ?? pathToFileURL(resolve(dataDir, 'blobs')).href,
  }
}

/** Every setting that a service would refuse to start with, one line each. */
function faultsOfServices(given: NodeJS.ProcessEnv, withAccounts: boolean): string[] {
  if (!withAccounts && given.ISSUERS === undefined)
    return ['ISSUERS is required with ACCOUNTS=off: it names the logins whose people have pictures']
  // Valid stand-ins for what is not known yet.
  const env = {
    QUEUE_URL: 'postgres://x',
    STORAGE_URL: 'file:///x',
    SERVICE_SECRET: 'x'.repeat(32),
    KEY_SECRET: 'x'.repeat(32),
    ...given,
    ...Object.fromEntries(setByStart.map((name) => [name, name === 'PORT' ? '1' : undefined])),
    DATABASE_URL: 'postgres://x',
    ACCOUNTS_URL: withAccounts ? 'http://x' : undefined,
    MEDIA_URL: 'http://x',
    PUBLIC_URL: 'http://x',
  }
  return [...(withAccounts ? [AccountsConfig] : []), MediaConfig].flatMap((schema) => {
    try {
      parseConfig<z.ZodObject>(schema, env)
      return []
    } catch (error) {
      if (error instanceof ConfigError) return error.faults
      throw error
    }
  })
}

/** A URL this machine's browser can open: "every address" is not one, and IPv6 goes in brackets. */
export function originOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

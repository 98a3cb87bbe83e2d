import { readInEnglish } from '@likeness/contracts'
import { z } from 'zod'
import { isTrustList } from './client-address.js'
import { readSecretFiles } from './secrets.js'
import { isSinkUrl } from './sink-url.js'
import { readStarted } from './started-services.js'

/** A configuration that cannot be used; `faults` holds one line per variable, never its value. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  constructor(readonly faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
  }
}

/**
 * Parses environment variables once, at start-up. An empty variable counts as absent, and `NAME_FILE` names a file
 * that holds the value of `NAME`.
 * @throws ConfigError naming every fault at once.
 */
export function parseConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const { variables, faults } = readSecretFiles(Object.keys(schema.shape), present)
  const reading = readInEnglish(schema, variables)
  if (!reading.faults && faults.length === 0) return reading.value
  for (const { path, message } of reading.faults ?? []) {
    const [name = ''] = path.split('.')
    if (variables[name] !== undefined) faults.push(`${name}: ${message}`)
    // The fault of its file, if it has one, says so already.
    else if (present[`${name}_FILE`] === undefined) faults.push(`${name} is required`)
  }
  throw new ConfigError(faults)
}

/**
 * The environment of a command. Without DATABASE_URL, the command works on the services that `npm start` runs in this
 * folder, or in DATA_DIR, with their settings; variables that are set take precedence.
 */
export function commandEnv(service: 'accounts' | 'media', env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env.DATABASE_URL || env.DATABASE_URL_FILE) return env
  try {
    return { ...readStarted(env)?.[service], ...env }
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : ''])
  }
}

/**
 * One line per variable of a schema, for `--help`: name, description, choices or range, default.
 * @param except names left out
 */
export function describeConfig(schema: z.ZodObject, except: readonly string[] = []): string {
  const names = Object.keys(schema.shape).filter((name) => !except.includes(name))
  const width = Math.max(0, ...names.map((name) => name.length)) + 2
  return names.map((name) => `  ${name.padEnd(width)}${describeSetting(schema.shape[name])}`).join('\n')
}

function describeSetting(setting: z.core.$ZodType): string {
  const { description = '' } = z.globalRegistry.get(setting) ?? {}
  const facts = [choicesOf(setting), description.includes('default ') ? '' : defaultOf(setting)].filter(
    Boolean,
  )
  return `${description}${facts.length > 0 ? ` (${facts.join('; ')})` : ''}`
}

/** The default of a setting. A description names a default that is not a fixed value. */
function defaultOf(setting: z.core.$ZodType): string {
  if (setting instanceof z.ZodOptional) return 'default none'
  if (!(setting instanceof z.ZodDefault)) return 'required'
  const value = [setting.def.defaultValue].flat().join(',')
  return `default ${value === '' ? 'none' : value}`
}

/** The words that a variable may be, or the range of its number; empty when any text will do. */
function choicesOf(setting: z.core.$ZodType): string {
  if (setting instanceof z.ZodDefault || setting instanceof z.ZodOptional) return choicesOf(setting.unwrap())
  if (setting instanceof z.ZodEnum || setting instanceof z.ZodLiteral) return [...wordsOf(setting)].join(', ')
  if (setting instanceof z.ZodUnion) return setting.options.map(choicesOf).join(' or ')
  if (!(setting instanceof z.ZodNumber)) return ''
  const { minValue, maxValue } = setting
  if (minValue === null || maxValue === null) return ''
  return maxValue < Number.MAX_SAFE_INTEGER ? `${minValue} to ${maxValue}` : `${minValue} or more`
}

const wordsOf = (setting: z.ZodEnum | z.ZodLiteral) =>
  setting instanceof z.ZodEnum ? setting.options : setting.values

/** A URL of one of these schemes. */
export const urlWith = (...schemes: string[]) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)),
      `must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    )

const postgresUrl = urlWith('postgres', 'postgresql')
const queueUrl = urlWith('postgres', 'postgresql', 'redis', 'rediss')
export const httpUrl = urlWith('http', 'https').transform((value) => value.replace(/\/+$/, ''))
export const secret = z.string().min(32, 'must have at least 32 characters')
export const integer = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error })
}
const isOrigin = (value: string) =>
  /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value
/** Origins as browsers send them (RFC 6454 §6.1), which are compared letter by letter. */
const origins = z
  .string()
  .transform((value) => value.split(',').map((origin) => origin.trim()))
  .refine(
    (list) => list.every(isOrigin),
    'must be origins like https://app.example.org: no path, no slash at the end, no *',
  )

const secondsOf = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** A whole number with its unit, such as `90s`, `30m`, `24h` or `7d`; a bare one is seconds. Up to ten years. Parsed into seconds. */
export const duration = z
  .string()
  .transform((value) => {
    const [, count, unit] = /^(\d{1,9})([smhd]?)$/.exec(value) ?? []
    return count === undefined ? Number.NaN : Number(count) * secondsOf[unit as keyof typeof secondsOf]
  })
  .refine((seconds) => seconds <= 315_360_000, 'must be a time like 90s, 30m, 24h or 7d, at most 3650d')
export const onOff = z.enum(['on', 'off'])

/** Variables every process of every service takes. */
export const ProcessConfig = z.object({
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  PORT: integer(0, 65535).describe('port to listen on; 0 picks a free one'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('minimum log level'),
  DATABASE_URL: postgresUrl.describe('PostgreSQL database of this service'),
  DATABASE_POOL: integer(2, 200).default(10).describe('connections to the database, per process'),
  QUEUE_URL: queueUrl.describe('postgres://… or redis[s]://… of the job queue and the notices'),
  PUBLIC_URL: httpUrl.describe('the one origin clients see, without a trailing slash'),
  CORS_ORIGINS: origins
    .default([])
    .describe('comma-separated origins, such as https://app.example.org, whose pages may call the API'),
  SERVICE_SECRET: secret.describe(
    'shared by both services; signs their calls to each other, page cursors, preview links and tickets',
  ),
  SERVICE_SECRET_OTHER: secret
    .optional()
    .describe('accepted as well while SERVICE_SECRET is being changed (default none)'),
  AUDIT_DRAIN_URL: z
    .string()
    .refine(isSinkUrl, 'must be stdout:, file:///…, https://…, or http://… to this machine')
    .optional()
    .describe(
      'where audit events are sent as NDJSON in OCSF: stdout:, file:///… or https://… (default none)',
    ),
  AUDIT_DRAIN_TOKEN: z.string().optional().describe('bearer token for AUDIT_DRAIN_URL (default none)'),
  JWT_ISSUER: z.string().optional().describe('iss of access tokens (default PUBLIC_URL)'),
  JWT_AUDIENCE: z.string().default('likeness').describe('aud of access tokens'),
  TRUST_PROXY: z
    .string()
    .refine(isTrustList, 'must list addresses, CIDR ranges, loopback, linklocal or uniquelocal')
    .optional()
    .describe(
      'comma-separated addresses or CIDR ranges of proxies whose X-Forwarded-* are believed (default none)',
    ),
})
export type ProcessConfig = z.output<typeof ProcessConfig>

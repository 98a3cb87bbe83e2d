import { readFileSync } from 'node:fs'
import { readInEnglish } from '@likeness/contracts'
import { z } from 'zod'

/** The signatures that a token of another issuer may have: public keys alone, so never `none` or HMAC (RFC 8725 §3.1). */
const algorithms = ['EdDSA', 'ES256', 'RS256', 'PS256'] as const

const url = z
  .string()
  .refine((value) => /^https?:/.test(value) && URL.canParse(value), 'must be an http(s) URL')
const names = z.array(z.string().min(1).max(255)).min(1)
/** Where a claim is: names separated by dots, or a list of names where one of them has a dot. */
const Path = z.union([
  z
    .string()
    .min(1)
    .transform((path) => path.split('.')),
  names,
])
export type ClaimPath = z.output<typeof Path>

/** A login of someone else's, whose tokens speak for people here. */
export const Issuer = z
  .strictObject({
    alias: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be up to 32 lower-case letters, digits and hyphens')
      .describe('its name in addresses'),
    issuer: z.string().min(1).max(255).describe('the `iss` of its tokens, letter by letter'),
    jwksUri: url.optional().describe('where its keys are; found by discovery unless given'),
    discovery: url.optional().describe('unless `<issuer>/.well-known/openid-configuration`'),
    audience: names.optional().describe('one of them must be in `aud`'),
    azp: names.optional().describe('`azp` must be one of them'),
    anyAudience: z
      .boolean()
      .default(false)
      .describe('takes tokens that are made out to nobody in particular'),
    algorithms: z
      .array(z.enum(algorithms))
      .min(1)
      .default([...algorithms]),
    clockSkewSeconds: z.int().min(0).max(300).default(5),
    claims: z
      .strictObject({
        subject: Path.default(['sub']),
        email: Path.default(['email']),
        name: Path.default(['name']),
        locale: Path.default(['locale']),
        picture: Path.default(['picture']),
        roles: z.array(Path).default([]).describe('each may hold one role or a list'),
      })
      .prefault({}),
    importPicture: z
      .boolean()
      .default(false)
      .describe('imports the picture that the claim names when a person comes for the first time'),
    roles: z
      .strictObject({ manager: names.optional(), admin: names.optional() })
      .default({})
      .describe('the values among its roles that make a manager or an administrator; nobody unless given'),
  })
  .refine(({ audience, azp, anyAudience }) => Boolean(audience ?? azp) !== anyAudience, {
    message: 'needs `audience` or `azp`, or else `anyAudience`',
  })
  .refine(({ jwksUri, discovery, issuer }) => Boolean(jwksUri ?? discovery) || /^https?:\/\//.test(issuer), {
    message: 'needs `jwksUri` or `discovery`, since `issuer` is no URL',
  })
export type Issuer = z.output<typeof Issuer>

const unique = (field: 'alias' | 'issuer') => (issuers: readonly Issuer[]) =>
  new Set(issuers.map((issuer) => issuer[field])).size === issuers.length

const Issuers = z
  .array(Issuer)
  .refine(unique('alias'), 'names an alias twice')
  .refine(unique('issuer'), 'names an issuer twice')

/** The setting `ISSUERS`: a list of issuers as JSON, or the path of a file that holds it. */
export const issuersSetting = z.string().transform((value, context): Issuer[] => {
  const fault = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  let text = value
  if (!/^\s*\[/.test(value)) {
    try {
      text = readFileSync(value, 'utf8')
    } catch {
      return fault('must be a list as JSON, or the path of a file that can be read')
    }
  }
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    return fault('is not valid JSON')
  }
  const reading = readInEnglish(Issuers, list)
  if (!reading.faults) return reading.value
  // `[0].alias`, as one would write it.
  const placeOf = (path: string) => path.replace(/(?:^|\.)(\d+)(?=\.|$)/g, '[$1]')
  return fault(reading.faults.map(({ path, message }) => `${placeOf(path)} ${message}`.trim()).join('; '))
})

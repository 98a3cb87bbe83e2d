import { isIP } from 'node:net'
import { z } from 'zod'
import { listOf } from './is-public.js'

/** What requests to addresses from outside may reach beyond the public internet. */
export type OutboundAllow = {
  readonly hosts: ReadonlySet<string>
  readonly ranges: ReturnType<typeof listOf>
}

const isRange = (entry: string): boolean => {
  const [address = '', length, ...more] = entry.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (family === 6 ? 128 : 32))
}

const isHost = (entry: string): boolean =>
  /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(entry) && !/^[\d.]+$/.test(entry)

/** The setting OUTBOUND_ALLOW: `hooks.internal,10.1.0.0/16,::1`. */
export const outboundAllow = z
  .string()
  .transform((value) => value.split(',').map((entry) => entry.trim().toLowerCase()))
  .refine(
    (entries) => entries.every((entry) => isRange(entry) || isHost(entry)),
    'must list host names, IP addresses or CIDR ranges, separated by commas',
  )
  .transform(
    (entries): OutboundAllow => ({
      hosts: new Set(entries.filter((entry) => !isRange(entry))),
      ranges: listOf(entries.filter(isRange)),
    }),
  )

import { addressOf } from '@likeness/contracts'
import { sessions, toAccounts, uploads } from '@likeness/contracts/endpoints'
import type { Service } from '../services.js'
import type { Finding } from './finding.js'

const waitMs = 10_000

/** What the public address shows of a service from here: its API, and nothing that only services may call. */
export async function checkPublicAddress(service: Service, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const origin = env.PUBLIC_URL ?? ''
  const statusOf = async (path: string) =>
    (await fetch(`${origin}${path}`, { redirect: 'manual', signal: AbortSignal.timeout(waitMs) })).status
  // Asked without a token: keys are for anyone, uploads for nobody.
  const [path, wanted] = service === 'media' ? [uploads.list.path, 401] : [sessions.keys.path, 200]
  const status = await statusOf(path).catch(() => undefined)
  if (status === undefined) {
    return [
      {
        name: 'address',
        ok: false,
        says: `${origin} does not answer from here: is the gateway running, and PUBLIC_URL right?`,
      },
    ]
  }
  const found: Finding[] = [
    status === wanted
      ? { name: 'address', ok: true, says: `${origin}${path} answers` }
      : {
          name: 'address',
          ok: false,
          says: `${origin}${path} answers ${status}, not ${wanted}: does the gateway pass it to ${service}?`,
        },
  ]
  const nobody = '00000000-0000-7000-8000-000000000000'
  const inner = await statusOf(addressOf(toAccounts.findUser, { params: { id: nobody } }))
  if (inner === 401 || inner === 204) {
    found.push({
      name: 'address',
      ok: false,
      says: `${origin}/internal reaches the service: close it in the gateway`,
    })
  }
  const { hostname, protocol } = new URL(origin)
  if (protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname)) {
    found.push({
      name: 'address',
      ok: false,
      says: `${origin} is not https: tokens and passwords travel in the clear`,
    })
  }
  return found
}

import type { Redis } from 'ioredis'

/**
 * A connection to the Redis that QUEUE_URL names.
 * @param role `client` fails a command at once while Redis is away; `blocking` waits for it to come back.
 */
export async function openRedis(
  url: string,
  role: 'client' | 'blocking',
  onError: (error: Error) => void,
): Promise<Redis> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(withoutParameters(url), {
    maxRetriesPerRequest: role === 'client' ? 1 : null,
    enableOfflineQueue: true,
    connectTimeout: 5_000,
    retryStrategy: (attempt) => Math.min(100 * 2 ** attempt, 1_000),
  })
  redis.on('error', onError)
  return redis
}

/** `?prefix=` of a queue URL: keeps several deployments apart in one server. */
export function namespaceOf(url: string): string {
  const namespace = new URL(url).searchParams.get('prefix') ?? 'likeness'
  if (!/^[a-z][a-z0-9_]{0,50}$/.test(namespace)) {
    throw new Error('prefix of QUEUE_URL must be a lower-case word of at most 51 characters')
  }
  return namespace
}

/** The URL as drivers want it, without the parameter that is ours. */
export function withoutParameters(url: string): string {
  const parsed = new URL(url)
  parsed.searchParams.delete('prefix')
  return parsed.toString()
}

import S3rver from 's3rver'
import type { Test } from 'tap'
import { startFaultProxy } from './fault-proxy.js'
import { MemoryObjects } from './memory-objects.js'

export type { Fault } from './fault-proxy.js'

/** The credentials of s3rver's only account; a test gives them to its own process and those it starts. */
const s3Credentials = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' } as const

/**
 * An S3 server on loopback with the bucket `pictures`, and before it a proxy that can fail.
 * @returns `url(place, options)` of a storage in it, what it holds, and the proxy to make fail
 */
export async function startS3(t: Pick<Test, 'teardown'>) {
  Object.assign(process.env, s3Credentials)
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, vhostBuckets: false })
  const objects = new MemoryObjects()
  server.store = server.context.store = objects
  // Its continuation tokens need DES, which OpenSSL 3 has no more: version 1 of the same list goes without.
  server.middleware.unshift((context, next) => {
    context.url = context.url.replace('list-type=2&', '').replace('start-after=', 'marker=')
    return next()
  })
  await objects.putBucket('pictures')
  const { port } = await server.run()
  t.teardown(() => server.close())
  const proxy = await startFaultProxy(port)
  t.teardown(() => proxy.close())
  const endpoint = `http://127.0.0.1:${proxy.port}`

  return {
    objects,
    proxy,
    endpoint,
    url: (place = 'pictures', options: Record<string, string> = {}) =>
      `s3://${place}?${new URLSearchParams({ endpoint, pathStyle: 'true', ...options }).toString()}`,
  }
}

import type { Service } from '../services.js'
import type { Finding } from './finding.js'

/** Whether the server of jobs answers. */
export async function checkQueue(service: Service, env: NodeJS.ProcessEnv): Promise<Finding> {
  const [{ openQueue }, { openLogger }] = await Promise.all([
    import('@likeness/runtime/queue'),
    import('@likeness/runtime/logger'),
  ])
  const url = env.QUEUE_URL ?? ''
  const queue = await openQueue(url, service, {}, openLogger(service, 'silent', 'stderr'))
  try {
    await queue.check()
    return { name: 'queue', ok: true, says: `${url.startsWith('redis') ? 'Redis' : 'PostgreSQL'} answers` }
  } finally {
    await queue.close()
  }
}

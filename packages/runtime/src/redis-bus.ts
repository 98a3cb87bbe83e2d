import type { Bus } from './bus.js'
import { Listeners } from './bus-listeners.js'
import type { Logger } from './logger.js'
import { openOutageLog } from './outage-log.js'
import { namespaceOf, openRedis } from './redis.js'

/** Redis pub/sub. */
export async function openRedisBus(url: string, logger: Logger): Promise<Bus> {
  const onError = openOutageLog(logger, 'bus')
  const prefix = namespaceOf(url)
  const sender = await openRedis(url, 'client', onError)
  const receiver = await openRedis(url, 'blocking', onError)
  const listeners = new Listeners(logger)
  receiver.on('message', (channel: string, message: string) => listeners.tell(channel, message))
  return {
    publish: (topic, notice) =>
      sender.publish(`${prefix}:${topic}`, JSON.stringify(notice)).then(() => undefined, onError),
    async subscribe(topic, listener) {
      listeners.add(`${prefix}:${topic}`, listener)
      await receiver.subscribe(`${prefix}:${topic}`)
    },
    close() {
      sender.disconnect()
      receiver.disconnect()
      return Promise.resolve()
    },
  }
}

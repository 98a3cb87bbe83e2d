import { atMost } from './at-most.js'
import { batched } from './batched.js'
import { type Bus, busBatches, type Sent } from './bus.js'
import { Listeners } from './bus-listeners.js'
import type { Logger } from './logger.js'
import { openOutageLog } from './outage-log.js'
import { namespaceOf, openRedis } from './redis.js'

const awayMs = 1_000

/** Redis pub/sub. */
export async function openRedisBus(url: string, logger: Logger): Promise<Bus> {
  const onError = openOutageLog(logger, 'bus')
  const prefix = namespaceOf(url)
  const sender = await openRedis(url, 'client', onError)
  const receiver = await openRedis(url, 'blocking', onError)
  const listeners = new Listeners(logger)
  receiver.on('message', (channel: string, message: string) => listeners.tell(channel, message))
  async function sendAll(sent: Sent[]): Promise<void> {
    const pipeline = sender.pipeline()
    for (const { channel, message } of sent) pipeline.publish(channel, message)
    const results = (await pipeline.exec()) ?? []
    for (const [error] of results) if (error) throw error
  }
  const send = batched((sent: Sent[]) => sendAll(sent).catch(onError), busBatches)
  return {
    publish: (topic, notice) => send({ channel: `${prefix}:${topic}`, message: JSON.stringify(notice) }),
    async subscribe(topic, listener) {
      listeners.add(`${prefix}:${topic}`, listener)
      await receiver.subscribe(`${prefix}:${topic}`)
    },
    async close() {
      // A server that is away is not waited for.
      await atMost(awayMs, send.settled())
      sender.disconnect()
      receiver.disconnect()
    },
  }
}

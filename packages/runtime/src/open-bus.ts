import type { Bus } from './bus.js'
import type { Logger } from './logger.js'
import { openPostgresBus } from './postgres-bus.js'
import { openRedisBus } from './redis-bus.js'

/** @param url QUEUE_URL */
export async function openBus(url: string, logger: Logger): Promise<Bus> {
  return /^rediss?:/.test(url) ? openRedisBus(url, logger) : openPostgresBus(url, logger)
}

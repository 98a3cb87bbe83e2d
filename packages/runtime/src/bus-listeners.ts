import type { Notice } from './bus.js'
import type { Logger } from './logger.js'

/** The listeners of one process, by channel. */
export class Listeners {
  readonly #byChannel = new Map<string, ((notice: Notice) => void)[]>()
  constructor(readonly logger: Logger) {}

  channels(): string[] {
    return [...this.#byChannel.keys()]
  }

  add(channel: string, listener: (notice: Notice) => void): void {
    this.#byChannel.set(channel, [...(this.#byChannel.get(channel) ?? []), listener])
  }

  tell(channel: string, message: string): void {
    try {
      const notice = JSON.parse(message) as Notice
      for (const listener of this.#byChannel.get(channel) ?? []) listener(notice)
    } catch (error) {
      this.logger.warn({ err: error, channel }, 'bus: a notice could not be read')
    }
  }
}

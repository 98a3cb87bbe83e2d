import { LRUCache } from 'lru-cache'

/** Answers to a question that costs a call, kept for a while; one call per key however many ask at once. */
export type Lookup<Answer> = {
  readonly get: (key: string) => Promise<Answer>
  readonly forget: (key: string) => void
}

/** @param options `most` answers are kept, each for `ttlMs`; a question that failed is asked again */
export function openLookup<Answer>(
  ask: (key: string) => Promise<Answer>,
  options: { most: number; ttlMs: number },
): Lookup<Answer> {
  const answers = new LRUCache<string, Promise<Answer>>({ max: options.most, ttl: options.ttlMs })
  return {
    get(key) {
      const known = answers.get(key)
      if (known) return known
      const asked = ask(key)
      answers.set(key, asked)
      asked.catch(() => answers.get(key) === asked && answers.delete(key))
      return asked
    },
    forget: (key) => void answers.delete(key),
  }
}

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
  return { get: (key) => getOr(answers, key, ask), forget: (key) => void answers.delete(key) }
}

/**
 * The same by two keys; all answers of a first key are forgotten together.
 * @param options answers to `most` first keys are kept, each for at most `ttlMs`
 */
export function openLookupOfTwo<Second, Answer>(
  ask: (first: string, second: Second) => Promise<Answer>,
  options: { most: number; ttlMs: number },
): {
  readonly get: (first: string, second: Second) => Promise<Answer>
  readonly forget: (first: string) => void
} {
  const all = new LRUCache<string, Map<Second, Promise<Answer>>>({ max: options.most, ttl: options.ttlMs })
  return {
    get(first, second) {
      const answers = all.get(first) ?? new Map<Second, Promise<Answer>>()
      if (answers.size === 0) all.set(first, answers)
      return getOr(answers, second, () => ask(first, second))
    },
    forget: (first) => void all.delete(first),
  }
}

type Answers<Key, Answer> = Pick<Map<Key, Promise<Answer>>, 'get' | 'delete'> & {
  set(key: Key, answer: Promise<Answer>): unknown
}

function getOr<Key, Answer>(
  answers: Answers<Key, Answer>,
  key: Key,
  ask: (key: Key) => Promise<Answer>,
): Promise<Answer> {
  const known = answers.get(key)
  if (known) return known
  const asked = ask(key)
  answers.set(key, asked)
  asked.catch(() => answers.get(key) === asked && answers.delete(key))
  return asked
}

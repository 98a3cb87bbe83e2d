import { mostOf } from '@likeness/runtime/most-of'
import { LRUCache } from 'lru-cache'

/** Answers to a question that costs a call, kept for a while; one call per key however many ask at once. */
export type Lookup<Answer> = {
  readonly get: (key: string) => Promise<Answer>
  /** The next question is asked again; the answer to one under way is given, and not kept. */
  readonly forget: (key: string) => void
}

/** @param options `most` answers are kept, each for `ttlMs`; a question that failed is asked again */
export function openLookup<Answer>(
  ask: (key: string) => Promise<Answer>,
  options: { most: number; ttlMs: number },
): Lookup<Answer> {
  // Kept in an object, since an answer may be undefined, which a cache does not keep.
  const answers = new LRUCache<string, { readonly answer: Answer }>({
    ...mostOf(options.most),
    ttl: options.ttlMs,
    ignoreFetchAbort: true,
    fetchMethod: async (key) => ({ answer: await ask(key) }),
  })
  return {
    get: async (key) => (await answers.forceFetch(key)).answer,
    forget: (key) => void answers.delete(key),
  }
}

/**
 * The same by two keys; all answers of a first key are forgotten together.
 * @param options `most` answers are kept, and as many first keys
 */
export function openLookupOfTwo<Second extends string | number, Answer>(
  ask: (first: string, second: string) => Promise<Answer>,
  options: { most: number; ttlMs: number },
): {
  readonly get: (first: string, second: Second) => Promise<Answer>
  readonly forget: (first: string) => void
} {
  // Forgetting a first key begins a new round of it: answers of earlier rounds are never read again.
  const rounds = new LRUCache<string, number>(mostOf(options.most))
  let round = 0
  const answers = openLookup((key) => {
    const [, first = '', second = ''] = key.split('/')
    return ask(first, second)
  }, options)
  return {
    get: (first, second) => answers.get(`${rounds.get(first) ?? 0}/${first}/${second}`),
    forget(first) {
      round += 1
      rounds.set(first, round)
    },
  }
}

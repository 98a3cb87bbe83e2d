import type { BlobEntry } from './blob-store.js'

/** One key of two lists: at least one of them has it. */
export type Pair = {
  readonly key: string
  readonly first: BlobEntry | undefined
  readonly second: BlobEntry | undefined
}

/** Walks two lists, each in key order, as one: every key once, with what each list has of it. */
export async function* mergeByKey(
  first: AsyncIterable<BlobEntry>,
  second: AsyncIterable<BlobEntry>,
): AsyncGenerator<Pair> {
  const left = first[Symbol.asyncIterator]()
  const right = second[Symbol.asyncIterator]()
  try {
    let [a, b] = await Promise.all([left.next(), right.next()])
    while (!a.done || !b.done) {
      const isFirst = !a.done && (b.done || a.value.key <= b.value.key)
      const isSecond = !b.done && (a.done || b.value.key <= a.value.key)
      const pair = { first: isFirst ? a.value : undefined, second: isSecond ? b.value : undefined }
      yield { key: (pair.first ?? pair.second).key, ...pair }
      ;[a, b] = await Promise.all([isFirst ? left.next() : a, isSecond ? right.next() : b])
    }
  } finally {
    await Promise.all([left.return?.(), right.return?.()])
  }
}

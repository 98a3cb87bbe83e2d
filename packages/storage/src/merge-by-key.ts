type Keyed = { readonly key: string }

/** One key of two lists: at least one of them has it. */
export type Pair<First extends Keyed, Second extends Keyed> = {
  readonly key: string
  readonly first: First | undefined
  readonly second: Second | undefined
}

/** Walks two lists, each in key order, as one: every key once, with what each list has of it. */
export async function* mergeByKey<First extends Keyed, Second extends Keyed>(
  first: AsyncIterable<First>,
  second: AsyncIterable<Second>,
): AsyncGenerator<Pair<First, Second>> {
  const left = first[Symbol.asyncIterator]()
  const right = second[Symbol.asyncIterator]()
  try {
    let [a, b] = await Promise.all([left.next(), right.next()])
    for (;;) {
      const one = a.done ? undefined : a.value
      const other = b.done ? undefined : b.value
      const key = one === undefined || (other !== undefined && other.key < one.key) ? other?.key : one.key
      if (key === undefined) return
      const [isFirst, isSecond] = [one?.key === key, other?.key === key]
      yield { key, first: isFirst ? one : undefined, second: isSecond ? other : undefined }
      ;[a, b] = await Promise.all([isFirst ? left.next() : a, isSecond ? right.next() : b])
    }
  } finally {
    await Promise.all([left.return?.(), right.return?.()])
  }
}

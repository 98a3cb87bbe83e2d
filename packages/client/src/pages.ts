/**
 * Every item of a list, page by page as they are needed.
 *
 * ```ts
 * for await (const entry of pages((cursor) => operators.history(client, { username: 'ada', ...cursor }))) print(entry)
 * ```
 *
 * @param readPage reads the page of a cursor, the first one without
 * @throws what `readPage` throws
 */
export async function* pages<Item>(
  readPage: (query: { cursor?: string }) => Promise<{ items: Item[]; nextCursor: string | null }>,
): AsyncGenerator<Item, void> {
  let query: { cursor?: string } = {}
  for (;;) {
    const { items, nextCursor } = await readPage(query)
    yield* items
    if (nextCursor === null) return
    query = { cursor: nextCursor }
  }
}

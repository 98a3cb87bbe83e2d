/** Keeps each part that is opened, with the way to close it. */
export type Parts = {
  keep<Part>(part: Part, close: (part: Part) => unknown): Part
}

/**
 * Opens parts one after the other, and closes them in reverse: all of them by `close` of the result, or those opened
 * so far when a later one fails.
 * @throws what `open` throws, once the parts are closed
 */
export async function openParts<Opened extends object>(
  open: (parts: Parts) => Promise<Opened>,
): Promise<Opened & { close(): Promise<void> }> {
  const closers: (() => unknown)[] = []
  let closing: Promise<void> | undefined
  const closeAll = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer()
  }
  // Called again, it is the same close: a later part is still in use while an earlier call waits for it.
  const close = () => (closing ??= closeAll())
  try {
    const opened = await open({
      keep(part, closePart) {
        closers.push(() => closePart(part))
        return part
      },
    })
    return { ...opened, close }
  } catch (error) {
    await close()
    throw error
  }
}

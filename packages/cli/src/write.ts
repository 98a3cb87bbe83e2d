import { once } from 'node:events'
import { open, rename } from 'node:fs/promises'

/** Waits until stdout takes more. */
export async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/**
 * Writes texts one after the other to a file, readable by its owner alone, or to stdout. The file has its name once all
 * is in it.
 */
export async function writeAll(texts: AsyncIterable<string>, path: string | undefined): Promise<void> {
  if (path === undefined) {
    for await (const text of texts) await write(text)
    return
  }
  const unfinished = `${path}.unfinished`
  const file = await open(unfinished, 'w', 0o600)
  try {
    for await (const text of texts) await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(unfinished, path)
}

import { readFile, writeFile } from 'node:fs/promises'
import type { Test } from 'tap'

/**
 * Fails when a committed file is not what the code makes now. `npm run emit` (EMIT=1) writes it instead.
 *
 * @param file its URL, such as `new URL('../schema.sql', import.meta.url)`
 */
export async function matchEmitted(t: Test, file: URL, text: string): Promise<void> {
  if (process.env.EMIT) await writeFile(file, text)
  const committed = await readFile(file, 'utf8').catch(() => '')
  t.equal(text, committed, `${file.pathname.split('/').at(-1)} is current, or run \`npm run emit\``)
}

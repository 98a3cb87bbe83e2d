import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Why tests on real photos are skipped, or false: `t.test('…', { skip: noPhotos }, …)`. */
export const noPhotos: string | false =
  process.env.LIKENESS_PHOTOS === undefined && 'LIKENESS_PHOTOS names no folder of photos'

/**
 * The bytes of one real photo of the folder `LIKENESS_PHOTOS`.
 *
 * @param name its file name, such as `landscape-orientation-6.jpg`
 */
export async function photo(name: string): Promise<Buffer> {
  const folder = process.env.LIKENESS_PHOTOS
  if (folder === undefined) throw new Error(`This test needs the photo ${name}: ${noPhotos}.`)
  return readFile(join(folder, name))
}

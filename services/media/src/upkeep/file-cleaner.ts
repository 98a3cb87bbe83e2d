import { stopped } from '@likeness/runtime/upkeep'
import type { Deps } from '../deps.js'

/** Deletions under way at once; each is of one batch of rows. */
const atOnce = 4

/** Deletes the files of rows that gave them up, while the next rows are found. */
export type FileCleaner = {
  /** Begins to delete these; waits while many deletions are under way, so that memory stays bounded. */
  delete(files: readonly string[]): Promise<void>
  /** Waits for all. @returns how many files stay for `collect-garbage`, because the storage failed */
  end(): Promise<number>
}

/** A storage that fails once is not asked again: each try may take its time, and rows do not wait for their files. */
export function openFileCleaner({ storage, logger }: Pick<Deps, 'storage' | 'logger'>): FileCleaner {
  const underWay = new Set<Promise<void>>()
  let failed = false
  let left = 0

  async function deleteOrLeave(files: readonly string[]): Promise<void> {
    try {
      await storage.delete(files)
    } catch (error) {
      if (!failed) logger.warn({ err: error, keys: files.slice(0, 10) }, 'could not delete files')
      failed = true
      left += files.length
    }
  }

  return {
    async delete(files) {
      if (files.length === 0) return
      if (failed) {
        left += files.length
        return
      }
      while (underWay.size >= atOnce) await Promise.race(underWay)
      const work: Promise<void> = deleteOrLeave(files).finally(() => underWay.delete(work))
      underWay.add(work)
    },
    async end() {
      await Promise.all(underWay)
      return left
    },
  }
}

/** Says what is left to do, if anything: files that a storage that failed did not delete, and the rest of a run that was stopped. */
export function attentionTo(filesLeft: number, signal?: AbortSignal): { readonly attention?: string } {
  const says = [
    ...(filesLeft === 0
      ? []
      : [
          `The storage did not delete ${filesLeft} files; collect-garbage will, once it answers and they are old enough.`,
        ]),
    ...(signal?.aborted ? [stopped] : []),
  ]
  return says.length === 0 ? {} : { attention: says.join(' ') }
}

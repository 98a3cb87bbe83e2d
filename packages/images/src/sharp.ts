import sharp from 'sharp'
import { formats, loaders } from './loaders.js'

const operationsOf = (some: typeof formats) => some.flatMap((format) => loaders[format].operation ?? [])

// For the whole process, as libvips knows no smaller scope: nothing is loaded but formats whose header it is
// asked for, and those only from memory. SVG alone can take 12 s for 3 kB.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: operationsOf(formats.filter((format) => !loaders[format].readHeader)) })

// Pictures are worked on side by side, so one picture gets one thread; and no operation is seen twice.
sharp.concurrency(1)
sharp.cache(false)

/** Lets every accepted format through; in a decoding process only. */
export function unblockAllFormats(): void {
  sharp.unblock({ operation: operationsOf(formats) })
}

export { sharp }

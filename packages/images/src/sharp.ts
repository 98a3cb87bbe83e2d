import sharp from 'sharp'
import { formats, loaders } from './loaders.js'

// For the whole process, as libvips knows no smaller scope: nothing is loaded but the accepted formats, and
// those only from memory. SVG alone can take 12 s for 3 kB.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: formats.map((format) => loaders[format].operation) })

// Pictures are worked on side by side, so one picture gets one thread; and no operation is seen twice.
sharp.concurrency(1)
sharp.cache(false)

export { sharp }

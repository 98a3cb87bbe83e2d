import { availableParallelism } from 'node:os'
import sharp from 'sharp'

/** The cores and versions that figures depend on. */
export const describeMachine = (): string =>
  `${availableParallelism()} cores · Node ${process.versions.node} · sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips})`

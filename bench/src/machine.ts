import { availableParallelism } from 'node:os'
import sharp from 'sharp'

/** What figures depend on: cores and versions. */
export const describeMachine = (): string =>
  `${availableParallelism()} cores · Node ${process.versions.node} · sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips})`

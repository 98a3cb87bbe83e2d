import type { ImageErrorCode } from './image-error.js'
import type { Prepared, PrepareOptions } from './prepare.js'
import type { RenderOptions, Variant } from './render.js'

/** The jobs of a decoding process. `prepare` tells its preview before its result, the variants made ahead. */
export type DecodeJobs = {
  prepare: { options: PrepareOptions; result: Variant[] }
  render: { options: RenderOptions; result: Variant[] }
}

/** A picture's bytes, or the path of a file that has them, which saves copying them from process to process. */
export type PictureSource = Buffer | { readonly file: string }

/** From the service to a decoding process; one at a time. */
export type DecodeRequest = {
  [K in keyof DecodeJobs]: { kind: K; picture: PictureSource; options: DecodeJobs[K]['options'] }
}[keyof DecodeJobs]

/** Resources a process has used: CPU milliseconds since it began, user and system; resident memory. */
export type Usage = { readonly cpuMs: number; readonly rssMiB: number }

/** From a decoding process to the service. */
export type DecodeMessage =
  | { type: 'ready' }
  | { type: 'prepared'; prepared: Prepared }
  | { type: 'done'; result: DecodeJobs[keyof DecodeJobs]['result'] }
  /** Without a code it is a fault of this package or its caller, not of the picture. */
  | {
      type: 'failed'
      code: ImageErrorCode | 'gone' | undefined
      message: string
      cause: string | undefined
    }
  | ({ type: 'usage' } & Usage)

/** The parts of s3rver, which has no types, that the tests use. */
declare module 's3rver' {
  import type { AddressInfo } from 'node:net'

  export default class S3rver {
    constructor(options: { address: string; port: number; silent: boolean; vhostBuckets: boolean })
    store: unknown
    readonly context: { store: unknown }
    readonly middleware: ((context: { url: string }, next: () => Promise<void>) => Promise<void>)[]
    run(): Promise<AddressInfo>
    close(): Promise<void>
  }
}

declare module 's3rver/lib/models/config.js' {
  /** `cors`: rules as the XML that S3 takes. */
  export function getConfigModel(type: 'cors'): new (xml: string) => object
}

declare module 's3rver/lib/models/object.js' {
  import type { Readable } from 'node:stream'

  export default class S3Object {
    constructor(
      bucket: string,
      key: string,
      content: Buffer | Readable | null,
      metadata: Record<string, string | number>,
    )
    readonly bucket: string
    readonly key: string
    readonly content: Buffer | Readable
    readonly metadata: Record<string, string | number>
  }
}

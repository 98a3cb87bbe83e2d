import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { getConfigModel } from 's3rver/lib/models/config.js'
import S3Object from 's3rver/lib/models/object.js'

type Stored = { readonly bytes: Buffer; readonly metadata: Record<string, string | number> }

/**
 * The store of the tests' s3rver. Its own store, on disk, writes in place and lists folder by folder; S3 replaces an
 * object as a whole and lists keys in order.
 */
export class MemoryObjects {
  readonly #buckets = new Map<string, Map<string, Stored>>()

  async getBucket(name: string) {
    return this.#buckets.has(name) ? { name } : null
  }

  async putBucket(name: string) {
    if (!this.#buckets.has(name)) this.#buckets.set(name, new Map())
    return { name }
  }

  /** The origins whose pages may send to every bucket. */
  corsOrigins: readonly string[] = []

  /** No website or tagging rules. */
  async getSubresource(_bucket: string, _key: string | undefined, type: string) {
    if (type !== 'cors' || this.corsOrigins.length === 0) return undefined
    const origins = this.corsOrigins.map((origin) => `<AllowedOrigin>${origin}</AllowedOrigin>`).join('')
    const Cors = getConfigModel('cors')
    return new Cors(
      `<CORSConfiguration><CORSRule>${origins}<AllowedMethod>POST</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule></CORSConfiguration>`,
    )
  }

  async putObject(object: Pick<S3Object, 'bucket' | 'key' | 'content' | 'metadata'>) {
    const { bucket, key, content, metadata } = object
    const bytes = Buffer.isBuffer(content) ? content : Buffer.concat(await content.toArray())
    const md5 = createHash('md5').update(bytes).digest('hex')
    this.#objects(bucket).set(key, {
      bytes,
      metadata: {
        ...metadata,
        etag: JSON.stringify(md5),
        'last-modified': new Date().toUTCString(),
        'content-length': bytes.length,
      },
    })
    return { size: bytes.length, md5 }
  }

  async getObject(bucket: string, key: string) {
    const found = this.#objects(bucket).get(key)
    return found ? new S3Object(bucket, key, Readable.from([found.bytes]), found.metadata) : null
  }

  async existsObject(bucket: string, key: string) {
    return this.#objects(bucket).has(key)
  }

  async deleteObject(bucket: string, key: string) {
    this.#objects(bucket).delete(key)
  }

  async listObjects(
    bucket: string,
    { prefix = '', startAfter = '', maxKeys }: { prefix?: string; startAfter?: string; maxKeys: number },
  ) {
    const keys = [...this.#objects(bucket).keys()].sort().filter((key) => key.startsWith(prefix))
    const rest = keys.filter((key) => key > startAfter)
    return {
      objects: rest
        .slice(0, maxKeys)
        .map((key) => new S3Object(bucket, key, null, this.#objects(bucket).get(key)?.metadata ?? {})),
      commonPrefixes: [],
      isTruncated: rest.length > maxKeys,
    }
  }

  #objects(bucket: string): Map<string, Stored> {
    return this.#buckets.get(bucket) ?? new Map()
  }
}

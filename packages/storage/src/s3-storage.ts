import { randomUUID } from 'node:crypto'
import { checkBlobKey, checkBlobPrefix, folderKeys, isBlobName } from './blob-key.js'
import {
  type AnnouncedUpload,
  type BlobEntry,
  BlobNotFoundError,
  type BlobStore,
  type FolderFile,
} from './blob-store.js'
import { openS3, type S3Call } from './s3-client.js'
import { settled } from './settled.js'
import type { S3Target } from './storage-url.js'

/** The most that S3 deletes in one request. */
const deleteBatch = 1_000

/**
 * Opens blobs kept as objects of a bucket, the key being the prefix and the blob's key. Any number of
 * processes may share it.
 *
 * A put is one request, so an object is whole or absent; S3 answers it when the object is durable, and
 * every read after that sees it.
 */
export function openS3Storage(target: S3Target): BlobStore {
  const { bucket: Bucket, prefix } = target
  const s3 = openS3(target)
  const encryption = {
    ...(target.sse === undefined ? {} : { ServerSideEncryption: target.sse }),
    ...(target.kmsKeyId === undefined ? {} : { SSEKMSKeyId: target.kmsKeyId }),
  }
  let mayWrite = false

  return {
    put,
    create: put,
    putFolder,
    get,
    delete: deleteBlobs,
    list,
    check,
    presignPost,
    close: async () => s3.close(),
  }

  async function put(key: string, chunks: Buffer | readonly Buffer[]): Promise<void> {
    const Key = keyOf(key)
    const Body = Buffer.isBuffer(chunks) ? chunks : Buffer.concat(chunks)
    await s3.call(({ client, sdk, options }) =>
      client.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ...encryption }), options),
    )
  }

  async function putFolder(folder: string, files: readonly FolderFile[]): Promise<void> {
    const keys = folderKeys(folder, files)
    await settled(files.map(({ bytes }, index) => put(keys[index] ?? '', bytes)))
  }

  async function get(key: string): Promise<Buffer> {
    const Key = keyOf(key)
    return s3.call(async ({ client, sdk, options }) => {
      for (let attempt = 1; ; attempt++) {
        const { Body } = await client
          .send(new sdk.GetObjectCommand({ Bucket, Key }), options)
          .catch((error: unknown) => {
            throw error instanceof sdk.NoSuchKey ? new BlobNotFoundError(key) : error
          })
        try {
          return Buffer.from((await Body?.transformToByteArray()) ?? [])
        } catch (error) {
          // The SDK tries requests again, not bodies that break off or do not match their checksum.
          if (attempt >= target.attempts || options.abortSignal.aborted) throw error
        }
      }
    })
  }

  async function deleteBlobs(keys: readonly string[]): Promise<void> {
    const Objects = [...new Set(keys.map(keyOf))].map((Key) => ({ Key }))
    for (let start = 0; start < Objects.length; start += deleteBatch) {
      const Delete = { Objects: Objects.slice(start, start + deleteBatch), Quiet: true }
      await s3.call(async ({ client, sdk, options }) => {
        const { Errors } = await client.send(new sdk.DeleteObjectsCommand({ Bucket, Delete }), options)
        const [first] = Errors ?? []
        if (first) throw new Error(`S3 could not delete ${Errors?.length} objects: ${first.Code}`)
      })
    }
  }

  /** S3 lists in the order of UTF-8 bytes, which for blob keys is key order; each page starts after the last. */
  async function* list(wanted: string): AsyncGenerator<BlobEntry> {
    const Prefix = prefix + checkBlobPrefix(wanted)
    let after: string | undefined
    do {
      const start = after === undefined ? {} : { StartAfter: after }
      const { Contents = [], IsTruncated } = await s3.call(({ client, sdk, options }) =>
        client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix, ...start }), options),
      )
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of Contents) {
        const key = Key.slice(prefix.length)
        if (key.split('/').every(isBlobName)) yield { key, bytes: Size, modifiedAt: LastModified }
      }
      after = IsTruncated ? Contents.at(-1)?.Key : undefined
    } while (after !== undefined)
  }

  /** Writing is tried until it has worked once; after that, asking for the bucket costs less and tells enough. */
  async function check(): Promise<void> {
    if (mayWrite) {
      await s3.call(({ client, sdk, options }) => client.send(new sdk.HeadBucketCommand({ Bucket }), options))
      return
    }
    // Its name is no blob's, so it is never listed.
    const Key = `${prefix}.probe-${randomUUID()}`
    await s3.call(async ({ client, sdk, options }) => {
      await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: 'probe', ...encryption }), options)
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }), options)
    })
    mayWrite = true
  }

  async function presignPost(key: string, upload: AnnouncedUpload) {
    const Key = keyOf(key)
    return s3.call(async (call) => {
      const { createPresignedPost } = await import('@aws-sdk/s3-presigned-post')
      return createPresignedPost(clientFacing(call), {
        Bucket,
        Key,
        Expires: upload.expiresInSeconds,
        Conditions: [['content-length-range', upload.bytes, upload.bytes]],
        Fields: {
          'Content-Type': upload.contentType,
          'x-amz-checksum-algorithm': 'SHA256',
          'x-amz-checksum-sha256': Buffer.from(upload.sha256, 'hex').toString('base64'),
          ...(target.sse === undefined ? {} : { 'x-amz-server-side-encryption': target.sse }),
          ...(target.kmsKeyId === undefined
            ? {}
            : { 'x-amz-server-side-encryption-aws-kms-key-id': target.kmsKeyId }),
        },
      })
    })
  }

  /** The signature of a form covers no host, so only the address differs. */
  function clientFacing({ client, sdk }: S3Call) {
    if (target.publicEndpoint === undefined) return client
    const { region, credentials } = client.config
    return new sdk.S3Client({
      region,
      credentials,
      endpoint: target.publicEndpoint,
      forcePathStyle: target.pathStyle,
    })
  }

  function keyOf(key: string): string {
    return prefix + checkBlobKey(key)
  }
}

import type { S3Client } from '@aws-sdk/client-s3'
import { s3Error } from './s3-error.js'
import type { S3Target } from './storage-url.js'

type Sdk = typeof import('@aws-sdk/client-s3')

/** The client for one call, and the `options` that end the call at its deadline. */
export type S3Call = {
  readonly client: S3Client
  readonly sdk: Sdk
  readonly options: { readonly abortSignal: AbortSignal }
}

export type S3 = {
  /** Runs requests that together are one operation, within one bound of time, with errors of `blob-store.ts`. */
  call<Result>(work: (call: S3Call) => Promise<Result>): Promise<Result>
  close(): void
}

const connectTimeoutMs = 3_000
/** The longest that the pauses between tries may add. */
const pausesMs = 5_000

/**
 * Opens a client of the bucket's server. The SDK costs 0.4 s and 20 MB, so it is loaded only when a
 * bucket is used.
 */
export function openS3(target: S3Target): S3 {
  let opened: Promise<{ client: S3Client; sdk: Sdk }> | undefined
  let madeBucket: Promise<void> | undefined
  const deadlineMs = target.timeoutMs * target.attempts + pausesMs

  return {
    async call(work) {
      try {
        opened ??= openClient(target)
        const call = { ...(await opened), options: { abortSignal: AbortSignal.timeout(deadlineMs) } }
        if (target.createBucket) {
          madeBucket ??= makeBucket(call, target.bucket)
          await madeBucket.catch((error: unknown) => {
            madeBucket = undefined
            throw error
          })
        }
        return await work(call)
      } catch (error) {
        throw s3Error(error)
      }
    },
    close() {
      opened?.then(
        ({ client }) => client.destroy(),
        () => undefined,
      )
    },
  }
}

async function openClient(target: S3Target): Promise<{ client: S3Client; sdk: Sdk }> {
  const sdk = await import('@aws-sdk/client-s3')
  const region = target.region ?? (target.endpoint === undefined ? undefined : 'us-east-1')
  const client = new sdk.S3Client({
    ...(region === undefined ? {} : { region }),
    ...(target.endpoint === undefined ? {} : { endpoint: target.endpoint }),
    forcePathStyle: target.pathStyle,
    maxAttempts: target.attempts,
    requestHandler: {
      connectionTimeout: Math.min(connectTimeoutMs, target.timeoutMs),
      socketTimeout: target.timeoutMs,
    },
  })
  return { client, sdk }
}

async function makeBucket({ client, sdk, options }: S3Call, Bucket: string): Promise<void> {
  try {
    await client.send(new sdk.HeadBucketCommand({ Bucket }), options)
  } catch (error) {
    if (!(error instanceof sdk.S3ServiceException) || error.$metadata.httpStatusCode !== 404) throw error
    await client.send(new sdk.CreateBucketCommand({ Bucket }), options).catch((cause: unknown) => {
      // Another process made it meanwhile.
      if (!(cause instanceof sdk.BucketAlreadyOwnedByYou)) throw cause
    })
  }
}

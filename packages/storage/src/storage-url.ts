import { fileURLToPath } from 'node:url'
import { checkBlobKey } from './blob-key.js'

/** A bucket, or the part of one below a prefix, and how it is spoken to. */
export type S3Target = {
  readonly kind: 's3'
  readonly bucket: string
  /** Empty, or ending with a slash: what stands before every key. */
  readonly prefix: string
  readonly region: string | undefined
  /** The address of a server that is not Amazon's, or of a VPC endpoint. */
  readonly endpoint: string | undefined
  /** The endpoint as clients reach it, for direct uploads. */
  readonly publicEndpoint: string | undefined
  /** The bucket is named in the path, not in the host. */
  readonly pathStyle: boolean
  readonly sse: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined
  readonly kmsKeyId: string | undefined
  readonly createBucket: boolean
  /** A try without a byte for so long is given up. */
  readonly timeoutMs: number
  /** How often a request is tried. */
  readonly attempts: number
}

export type StorageTarget = { readonly kind: 'disk'; readonly folder: string } | S3Target

/**
 * Reads a storage URL; see `openStorage` for what it may be.
 * @throws Error with one clear line that repeats nothing secret
 */
export function parseStorageUrl(url: string): StorageTarget {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  switch (scheme) {
    case 'file':
      return { kind: 'disk', folder: folderOf(url) }
    case 's3':
      return s3Target(url)
    case undefined:
      throw new Error(`The storage URL has no scheme; write a folder as file:///absolute/folder`)
    default:
      throw new Error(`No storage is known for the scheme "${scheme}:"; known are file: and s3:`)
  }
}

/** `new URL('file:data')` silently means `/data`, so the three slashes are required. */
function folderOf(url: string): string {
  try {
    if (/^file:\/\/\//i.test(url)) return fileURLToPath(url)
  } catch {
    // A name with an encoded slash, for example; refused below.
  }
  throw new Error('A storage folder is written as file:///absolute/folder')
}

function s3Target(url: string): S3Target {
  const parsed = /^s3:\/\//i.test(url) && URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !/^[a-z0-9][a-z0-9._-]{1,62}$/i.test(parsed.hostname) || parsed.port !== '') {
    throw new Error('A bucket is written as s3://bucket or s3://bucket/prefix, with options after a ?')
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new Error('Credentials do not go into the storage URL: set AWS_ACCESS_KEY_ID and its like')
  }
  const path = parsed.pathname.replace(/^\/|\/$/g, '')
  const options = optionsOf(parsed.searchParams)
  const target: S3Target = {
    kind: 's3',
    bucket: parsed.hostname,
    prefix: path === '' ? '' : `${checkBlobKey(path)}/`,
    region: options.text('region', /^[a-z0-9-]+$/),
    endpoint: options.text('endpoint', /^https?:\/\/[^/?#@]+\/?$/),
    publicEndpoint: options.text('publicEndpoint', /^https?:\/\/[^/?#@]+\/?$/),
    pathStyle: options.flag('pathStyle'),
    sse: options.text('sse', /^(AES256|aws:kms|aws:kms:dsse)$/) as S3Target['sse'],
    kmsKeyId: options.text('kmsKeyId', /./),
    createBucket: options.flag('createBucket'),
    timeoutMs: options.number('timeoutMs', 10_000, 600_000),
    attempts: options.number('attempts', 3, 10),
  }
  options.noneLeft()
  return target
}

/** The options of a URL, each taken once, so that what is left is a mistake. */
function optionsOf(given: URLSearchParams) {
  const left = new Map(given)
  function text(name: string, form: RegExp): string | undefined {
    const value = left.get(name)
    left.delete(name)
    if (value !== undefined && !form.test(value)) throw new Error(`The storage URL's ${name} is not valid`)
    return value
  }
  return {
    text,
    flag: (name: string): boolean => text(name, /^(true|false)$/) === 'true',
    /** A whole number from 1 to `most`. */
    number(name: string, otherwise: number, most: number): number {
      const value = Number(text(name, /^[1-9]\d{0,8}$/) ?? otherwise)
      if (value > most) throw new Error(`The storage URL's ${name} may be at most ${most}`)
      return value
    },
    noneLeft(): void {
      if (left.size > 0)
        throw new Error(`The storage URL has an unknown option: ${[...left.keys()].join(', ')}`)
    },
  }
}

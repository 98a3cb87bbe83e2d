import { isBmpHeaderSize, readBmpHeader } from './bmp-header.js'
import type { Header } from './header.js'
import { readHeifHeader } from './heif-header.js'

/** How one accepted format is recognised and opened. */
type Loader = {
  /** Whether bytes begin like this format. */
  readonly matches: (bytes: Buffer) => boolean
  /** The one libvips operation let through for it: the loader of a buffer, never of a file. Others have a decoder here. */
  readonly operation?: string
  /** Whether libvips can decode straight to a smaller picture, which costs a fraction. */
  readonly shrinksOnLoad?: true
  /** Reads the header in place of libvips, which then never meets these bytes outside a decoding process. */
  readonly readHeader?: (bytes: Buffer) => Header
  /** Width × height at most, where the format costs more than others. */
  readonly maxPixels?: number
}

const allLoaders = {
  jpeg: {
    matches: (bytes) => begins(bytes, '\xff\xd8\xff'),
    operation: 'VipsForeignLoadJpegBuffer',
    shrinksOnLoad: true,
  },
  png: {
    matches: (bytes) => begins(bytes, '\x89PNG\r\n\x1a\n'),
    operation: 'VipsForeignLoadPngBuffer',
  },
  webp: {
    matches: (bytes) => begins(bytes, 'RIFF') && begins(bytes.subarray(8), 'WEBP'),
    operation: 'VipsForeignLoadWebpBuffer',
    shrinksOnLoad: true,
  },
  gif: {
    matches: (bytes) => begins(bytes, 'GIF87a') || begins(bytes, 'GIF89a'),
    operation: 'VipsForeignLoadNsgifBuffer',
  },
  avif: {
    matches: (bytes) => brandsOf(bytes).some((brand) => brand === 'avif' || brand === 'avis'),
    operation: 'VipsForeignLoadHeifBuffer',
    readHeader: readHeifHeader,
    // A kilobyte of it can ask for a gigabyte of memory.
    maxPixels: 16_000_000,
  },
  heic: {
    matches: (bytes) => brandsOf(bytes).some((brand) => /^he(ic|ix|vc|vx)$/.test(brand)),
    readHeader: readHeifHeader,
    // 20 bytes of memory and 150 ns a pixel: phones' 24 megapixels fit into the limits of a decoding process.
    maxPixels: 25_000_000,
  },
  bmp: {
    // Two letters say little: the size of the second header is one of those there are.
    matches: (bytes) => begins(bytes, 'BM') && bytes.length >= 18 && isBmpHeaderSize(bytes.readUInt32LE(14)),
    readHeader: readBmpHeader,
  },
} as const satisfies Record<string, Loader>

export type Format = keyof typeof allLoaders

/** Every accepted format. An entry here is all it takes to accept one more that libvips can load. */
export const loaders: Readonly<Record<Format, Loader>> = allLoaders

/** The accepted formats: HEIC only where its decoder, an optional dependency, is installed. */
export const formats = (Object.keys(loaders) as Format[]).filter(
  (format) => format !== 'heic' || isHeicDecoderInstalled(),
)

/** `heic-decode` is an optional dependency, its libheif being under the LGPL. */
function isHeicDecoderInstalled(): boolean {
  try {
    import.meta.resolve('heic-decode')
    return true
  } catch {
    return false
  }
}

/**
 * The format of a picture, from its first bytes alone; undefined when it is none that is accepted. Says
 * nothing about whether the rest is sound.
 */
export function sniff(bytes: Buffer): Format | undefined {
  return formats.find((format) => loaders[format].matches(bytes))
}

/** The most pixels accepted of a format where `maxPixels` are of any. */
export function pixelLimit(format: Format, maxPixels: number): number {
  return Math.min(maxPixels, loaders[format].maxPixels ?? maxPixels)
}

/** Whether the bytes begin with these, written one character a byte. */
export function begins(bytes: Buffer, magic: string): boolean {
  return bytes.length >= magic.length && bytes.toString('latin1', 0, magic.length) === magic
}

/** The major brand and the compatible brands of an ISO base media file (ISO/IEC 14496-12, 4.3). */
export function brandsOf(bytes: Buffer): string[] {
  if (bytes.length < 16 || !begins(bytes.subarray(4), 'ftyp')) return []
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, 256)
  const brands = [bytes.toString('latin1', 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(bytes.toString('latin1', at, at + 4))
  return brands
}

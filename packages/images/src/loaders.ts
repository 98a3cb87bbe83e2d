/** How one accepted format is recognised and opened. */
type Loader = {
  /** Whether bytes begin like this format. */
  readonly matches: (bytes: Buffer) => boolean
  /** The one libvips operation let through for it: the loader of a buffer, never of a file. */
  readonly operation: string
  /** Whether libvips can decode straight to a smaller picture, which costs a fraction. */
  readonly shrinksOnLoad: boolean
}

/** Every accepted format. An entry here is all it takes to accept one more that libvips can load. */
export const loaders = {
  jpeg: {
    matches: (bytes) => begins(bytes, '\xff\xd8\xff'),
    operation: 'VipsForeignLoadJpegBuffer',
    shrinksOnLoad: true,
  },
  png: {
    matches: (bytes) => begins(bytes, '\x89PNG\r\n\x1a\n'),
    operation: 'VipsForeignLoadPngBuffer',
    shrinksOnLoad: false,
  },
  webp: {
    matches: (bytes) => begins(bytes, 'RIFF') && begins(bytes.subarray(8), 'WEBP'),
    operation: 'VipsForeignLoadWebpBuffer',
    shrinksOnLoad: true,
  },
  gif: {
    matches: (bytes) => begins(bytes, 'GIF87a') || begins(bytes, 'GIF89a'),
    operation: 'VipsForeignLoadNsgifBuffer',
    shrinksOnLoad: false,
  },
} as const satisfies Record<string, Loader>

export type Format = keyof typeof loaders

/**
 * The format of a picture, from its first bytes alone; undefined when it is none that is accepted. Says
 * nothing about whether the rest is sound.
 */
export function sniff(bytes: Buffer): Format | undefined {
  return formats.find((format) => loaders[format].matches(bytes))
}

/** The accepted formats. */
export const formats = Object.keys(loaders) as Format[]

/** Whether the bytes begin with these, written one character a byte. */
export function begins(bytes: Buffer, magic: string): boolean {
  return bytes.length >= magic.length && bytes.toString('latin1', 0, magic.length) === magic
}

import { begins, brandsOf, type Format, sniff } from './loaders.js'

const magics = [
  ['BM', 'a BMP picture'],
  ['II*\0', 'a TIFF picture'],
  ['MM\0*', 'a TIFF picture'],
  ['\xff\x0a', 'a JPEG XL picture'],
  ['\0\0\0\x0cJXL ', 'a JPEG XL picture'],
  ['\0\0\0\x0cjP  ', 'a JPEG 2000 picture'],
  ['\0\0\x01\0', 'an icon file'],
  ['8BPS', 'a Photoshop file'],
  ['%PDF', 'a PDF document'],
  ['%!PS', 'a PostScript document'],
  ['PK\x03\x04', 'a ZIP archive or office document'],
  ['\x1f\x8b', 'a gzip archive'],
  ['Rar!', 'a RAR archive'],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive'],
  ['\x7fELF', 'a program'],
  ['MZ', 'a program'],
  ['RIFF', 'an audio or video file'],
  ['\x1aE\xdf\xa3', 'a video file'],
  ['OggS', 'an audio or video file'],
  ['ID3', 'an audio file'],
] as const

/** Brands of ISO base media files (ISO/IEC 14496-12): the four letters after `ftyp`. */
const brands: Record<string, string> = {
  avif: 'an AVIF picture',
  avis: 'an AVIF picture',
  heic: 'a HEIC picture',
  heix: 'a HEIC picture',
  hevc: 'a HEIC picture',
  hevx: 'a HEIC picture',
  mif1: 'a HEIF picture',
  msf1: 'a HEIF picture',
}

/** A format as people write it. */
export const nameOf = (format: Format): string => (format === 'webp' ? 'WebP' : format.toUpperCase())

/** Tab, line ends and escape; other bytes below a space tell binary from text. */
const textControls = Buffer.from('\t\n\v\f\r\x1b')

/**
 * What bytes seem to be, in words for the person who sent them ("an SVG drawing"), from the first kilobyte.
 * For telling what was seen, never for deciding what to do with it.
 */
export function describeBytes(bytes: Buffer): string {
  if (bytes.length === 0) return 'an empty file'
  const format = sniff(bytes)
  if (format) return `${format === 'avif' ? 'an' : 'a'} ${nameOf(format)} picture`
  if (begins(bytes.subarray(4), 'ftyp')) {
    return brandsOf(bytes).flatMap((brand) => brands[brand] ?? [])[0] ?? 'a video file'
  }
  return (
    describeText(bytes.subarray(0, 1024)) ??
    magics.find(([magic]) => begins(bytes, magic))?.[1] ??
    'a file of unknown type'
  )
}

function describeText(start: Buffer): string | undefined {
  const text = start
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
  if (start.some((byte) => byte < 0x20 && !textControls.includes(byte))) return undefined
  if (/^<(!doctype html|html|head|body|script)\b/i.test(text)) return 'an HTML page'
  if (text.startsWith('<') && /<(!doctype )?svg\b/i.test(text)) return 'an SVG drawing'
  if (text.startsWith('<')) return 'an XML document'
  if (/[\x80-\xff]/.test(text) || /^(%PDF|%!PS)/.test(text)) return undefined
  return 'plain text'
}

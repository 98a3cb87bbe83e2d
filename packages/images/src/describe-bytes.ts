import { isSequenceAlone } from './heif-header.js'
import { begins, brandsOf, type Format, sniff } from './loaders.js'

/** Each kind of file that is recognised, in English and in French. */
const kinds = {
  'a BMP picture': 'une image BMP',
  'a TIFF picture': 'une image TIFF',
  'a JPEG XL picture': 'une image JPEG XL',
  'a JPEG 2000 picture': 'une image JPEG 2000',
  'an icon file': 'un fichier d’icône',
  'a Photoshop file': 'un fichier Photoshop',
  'a PDF document': 'un document PDF',
  'a PostScript document': 'un document PostScript',
  'a ZIP archive or office document': 'une archive ZIP ou un document bureautique',
  'a gzip archive': 'une archive gzip',
  'a RAR archive': 'une archive RAR',
  'a 7-Zip archive': 'une archive 7-Zip',
  'a program': 'un programme',
  'an audio or video file': 'un fichier audio ou vidéo',
  'a video file': 'un fichier vidéo',
  'an audio file': 'un fichier audio',
  'an AVIF picture': 'une image AVIF',
  'a HEIC picture': 'une image HEIC',
  'a HEIF picture': 'une image HEIF',
  'an HTML page': 'une page HTML',
  'an SVG drawing': 'un dessin SVG',
  'an XML document': 'un document XML',
  'plain text': 'du texte brut',
  'an empty file': 'un fichier vide',
  'a file of unknown type': 'un fichier de type inconnu',
} as const
type Kind = keyof typeof kinds

/** In each language, with its article. */
export type Description = { readonly en: string; readonly fr: string }

const magics: readonly (readonly [string, Kind])[] = [
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
]

/** Brands of ISO base media files (ISO/IEC 14496-12): the four letters after `ftyp`. */
const brands: Readonly<Record<string, Kind>> = {
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

/**
 * Whether this is an animation without a picture for a still: no decoder here plays one, and there is nothing to show
 * in its place.
 */
export const isAnimationAlone = (bytes: Buffer, format: Format): boolean =>
  (format === 'avif' || format === 'heic') && isSequenceAlone(bytes)

/** Tab, line ends and escape; other bytes below a space tell binary from text. */
const textControls = Buffer.from('\t\n\v\f\r\x1b')

/**
 * Names the kind of file that bytes seem to be, for the person who sent them ("an SVG drawing").
 * For telling what was seen, never for deciding what to do with it.
 */
export function describeBytes(bytes: Buffer): Description {
  const format = sniff(bytes)
  if (format) {
    const name = nameOf(format)
    if (isAnimationAlone(bytes, format))
      return { en: `an animated ${name} picture`, fr: `une image ${name} animée` }
    return { en: `${format === 'avif' ? 'an' : 'a'} ${name} picture`, fr: `une image ${name}` }
  }
  const kind = kindOf(bytes)
  return { en: kind, fr: kinds[kind] }
}

function kindOf(bytes: Buffer): Kind {
  if (bytes.length === 0) return 'an empty file'
  if (begins(bytes.subarray(4), 'ftyp')) {
    return brandsOf(bytes).flatMap((brand) => brands[brand] ?? [])[0] ?? 'a video file'
  }
  return (
    describeText(bytes.subarray(0, 1024)) ??
    magics.find(([magic]) => begins(bytes, magic))?.[1] ??
    'a file of unknown type'
  )
}

function describeText(start: Buffer): Kind | undefined {
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

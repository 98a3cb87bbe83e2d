import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import t from 'tap'
import { describeBytes, type Format, probe, sniff } from './index.js'
import { animation, emptyPng, gradient, noise, plain } from './test-pictures.js'

const limits = { maxPixels: 50_000_000, minPixels: 16 }

/** The beginning of a JPEG that claims a size (ITU-T T.81, B.2.2) and ends there. */
function jpegHeader(width: number, height: number): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0])
  frame.writeUInt16BE(height, 5)
  frame.writeUInt16BE(width, 7)
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0])
  return Buffer.concat([Buffer.from([0xff, 0xd8]), frame, scan])
}

function gifHeader(width: number, height: number): Buffer {
  const screen = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1')
  screen.writeUInt16LE(width, 6)
  screen.writeUInt16LE(height, 8)
  const frame = Buffer.from(',\0\0\0\0\0\0\0\0\0\x02\x02D\x01\0;', 'latin1')
  frame.writeUInt16LE(width, 5)
  frame.writeUInt16LE(height, 7)
  return Buffer.concat([screen, frame])
}

const notPictures: [string, Buffer | string][] = [
  ['an empty file', ''],
  ['an SVG drawing', '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'],
  ['an SVG drawing', '\ufeff <?xml version="1.0"?>\n<!-- hello --><svg width="99" height="99"></svg>'],
  ['an HTML page', '<!DOCTYPE html><title>x</title>'],
  ['an HTML page', '\n<html><body><svg></svg></body></html>'],
  ['an HTML page', '<script>alert(1)</script>'],
  ['an XML document', '<?xml version="1.0"?><plist/>'],
  ['plain text', 'Hello, I am a picture.\n'],
  ['a PDF document', '%PDF-1.7\n%âãÏÓ'],
  ['plain text', 'BMW is a make of cars.'],
  ['a BMP picture', Buffer.from('BM\x9a\0\0\0\0\0', 'latin1')],
  ['a TIFF picture', Buffer.from('II*\0\x08\0\0\0', 'latin1')],
  ['a HEIF picture', Buffer.from('\0\0\0\x14ftypmif1\0\0\0\0miaf', 'latin1')],
  ['a video file', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0', 'latin1')],
  ['an audio or video file', Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1')],
  ['a ZIP archive or office document', Buffer.from('PK\x03\x04\x14\0', 'latin1')],
  ['a gzip archive', Buffer.from('\x1f\x8b\x08\0\0', 'latin1')],
  ['a program', Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1')],
  ['a file of unknown type', Buffer.from([0x00, 0x9c, 0x01, 0xff])],
  ['a file of unknown type', Buffer.from([0xff, 0xd8])],
]

await t.test('what is no accepted picture is refused and named by its bytes', async (t) => {
  for (const [seen, content] of notPictures) {
    const bytes = Buffer.from(content as string)
    t.equal(sniff(bytes), undefined)
    const { en, fr } = describeBytes(bytes)
    t.equal(en, seen)
    t.match(fr, /^(?:une? |du texte)/)
    await t.rejects(probe(bytes, limits), { code: 'unsupported-image', message: `This is ${seen}.` })
  }
})

await t.test('each format: its upright size, its orientation, its pages', async (t) => {
  const size = { width: 300, height: 200 }
  for (const format of ['jpeg', 'png', 'webp'] as const) {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const bytes = await gradient(size, orientation)[format]().toBuffer()
      t.strictSame(await probe(bytes, limits), { format, ...size, orientation, pages: 1 })
      t.equal(sniff(bytes), format)
    }
  }
  for (const format of ['gif', 'webp'] as const) {
    const bytes = await animation(format, [
      [255, 0, 0],
      [0, 255, 0],
    ])
    t.strictSame(await probe(bytes, limits), { format, width: 64, height: 48, orientation: 1, pages: 2 })
  }
  t.match(describeBytes(await plain([1, 2, 3]).webp().toBuffer()), {
    en: 'a WebP picture',
    fr: 'une image WebP',
  })
})

await t.test('a JPEG of any encoder is read as libvips reads it', async (t) => {
  const size = { width: 60, height: 40 }
  const tall = { width: 40, height: 60 }
  const jpeg = await gradient(tall, 6).jpeg().toBuffer()
  const exif = (tiff: string, name = 'Exif\0\0') => {
    const body = Buffer.from(name + tiff, 'latin1')
    const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0])
    head.writeUInt16BE(body.length + 2, 4)
    return Buffer.concat([head, body, plainJpeg.subarray(2)])
  }
  const plainJpeg = await plain([9, 99, 199], size).jpeg().toBuffer()
  const entry = (value: string) => `\0\x01\x01\x12\0\x03\0\0\0\x01${value}\0\0\0\0\0\0`
  const cases: [string, Buffer][] = [
    ['progressive', await gradient(tall, 6).jpeg({ progressive: true }).toBuffer()],
    ['grey', await gradient(tall, 8).toColourspace('b-w').jpeg().toBuffer()],
    ['CMYK', await plain([9, 99, 199], size).toColourspace('cmyk').jpeg().toBuffer()],
    ['a profile', await plain([9, 99, 199], size).withIccProfile('p3').jpeg().toBuffer()],
    ['big-endian Exif', exif(`MM\0*\0\0\0\x08${entry('\0\x06')}`)],
    ['a bad orientation', exif(`MM\0*\0\0\0\x08${entry('\0\x09')}`)],
    ['Exif without a directory', exif('MM\0*\0\0\xff\xff')],
    ['Exif that is none', exif(`MM\0*\0\0\0\x08${entry('\0\x06')}`, 'Exif\0\x01')],
    [
      'Exif twice',
      Buffer.concat([exif(`MM\0*\0\0\0\x08${entry('\0\x03')}`).subarray(0, 50), jpeg.subarray(2)]),
    ],
    ['what follows its end', Buffer.concat([jpeg, jpeg, Buffer.alloc(300_000)])],
  ]
  for (const [name, bytes] of cases) {
    const { autoOrient, orientation = 1 } = await sharp(bytes).metadata()
    const expected = { format: 'jpeg', ...autoOrient, orientation, pages: 1 }
    t.strictSame(await probe(bytes, limits), expected, name)
    const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 7), bytes.subarray(7)]
    t.strictSame(await probe(pieces, limits), expected, `${name}, in pieces`)
  }
  const cut = jpeg.indexOf(Buffer.from([0xff, 0xda]))
  for (const length of [3, 20, 200, cut, cut + 3]) {
    await t.rejects(
      probe(jpeg.subarray(0, length), limits),
      { code: 'invalid-image' },
      `${length} bytes of it`,
    )
  }
})

await t.test('too many pixels are refused by the header, whatever follows', async (t) => {
  const huge: [Format, Buffer][] = [
    ['png', emptyPng(65_535, 65_535)],
    ['png', emptyPng(30_000, 30_000)],
    ['png', emptyPng(1_000_000, 51)],
    ['jpeg', jpegHeader(65_500, 65_500)],
    ['gif', gifHeader(65_535, 65_535)],
  ]
  for (const [format, bytes] of huge) {
    await t.rejects(probe(bytes, limits), { code: 'too-many-pixels' }, `${format} of ${bytes.length} bytes`)
  }

  // All of its 900 million pixels are there, in under a megabyte.
  const row = Buffer.alloc(1 + 30_000 / 8)
  const real = emptyPng(30_000, 30_000, { depth: 1, pixels: deflateSync(Buffer.alloc(30_000 * row.length)) })
  t.ok(real.length < 1_000_000)
  await t.rejects(probe(real, limits), { code: 'too-many-pixels' })
})

await t.test('the limits themselves pass', async (t) => {
  const bytes = await plain([1, 2, 3], { width: 40, height: 16 }).png().toBuffer()
  t.match(await probe(bytes, { maxPixels: 640, minPixels: 16 }), { width: 40, height: 16 })
  await t.rejects(probe(bytes, { maxPixels: 639, minPixels: 16 }), { code: 'too-many-pixels' })
  await t.rejects(probe(bytes, { maxPixels: 640, minPixels: 17 }), { code: 'image-too-small' })
})

await t.test('a header that is cut off or wrong', async (t) => {
  for (const format of ['jpeg', 'png', 'webp', 'gif'] as const) {
    const bytes = await noise({ width: 64, height: 64 })[format]().toBuffer()
    await t.rejects(probe(bytes.subarray(0, 15), limits), { code: 'invalid-image' }, `${format} of 15 bytes`)
    const wrong = Buffer.concat([bytes.subarray(0, 12), Buffer.alloc(500, 0xa5)])
    await t.rejects(probe(wrong, limits), { code: 'invalid-image' }, `${format} and then nonsense`)
  }
})

await t.test('in this process nothing else can be loaded, and nothing from a file', async (t) => {
  const folder = t.testdir({ 'x.png': await plain([1, 2, 3]).png().toBuffer() })
  await t.rejects(sharp(`${folder}/x.png`).metadata())
  await t.rejects(sharp(Buffer.from(notPictures[1]?.[1] ?? '')).metadata())
  const avif = await plain([1, 2, 3]).avif({ effort: 0 }).toBuffer()
  await t.rejects(sharp(avif).metadata())
  const tiff = await plain([1, 2, 3]).tiff().toBuffer()
  await t.rejects(sharp(tiff).metadata())
})

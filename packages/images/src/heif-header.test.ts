import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { describeBytes, probe, sniff } from './index.js'
import { box, heic, turn, u8, u16, u32 } from './test-heif.js'
import { gradient } from './test-pictures.js'

const limits = { maxPixels: 50_000_000, minPixels: 16 }

await t.test('the primary picture, as it is shown', async (t) => {
  for (const wide of [false, true]) {
    for (const [more, width, height] of [
      [[], 4032, 3024],
      [[turn(0)], 4032, 3024],
      [[turn(2)], 4032, 3024],
      [[turn(3)], 3024, 4032],
      [[box('imir', u8(1)), turn(1)], 3024, 4032],
      [[box('clap', u32(4000, 1, 6000, 2, 0, 1, 0, 1)), turn(1)], 3000, 4000],
    ] as const) {
      const found = await probe(heic({ more, wide }), limits)
      t.strictSame(found, { format: 'heic', width, height, orientation: 1, pages: 1 })
    }
  }
  t.equal(sniff(heic({ brand: 'mif1' })), 'heic', 'by what it is compatible with')
  t.equal(describeBytes(heic()).en, 'a HEIC picture')
  t.equal(sniff(await gradient({ width: 64, height: 64 }).avif({ effort: 0 }).toBuffer()), 'avif')
})

await t.test('their own limits: 25 megapixels of HEIC, 16 of AVIF', async (t) => {
  await probe(heic({ width: 5712, height: 4284 }), limits)
  await t.rejects(probe(heic({ width: 8064, height: 6048 }), limits), { code: 'too-many-pixels' })
  await t.rejects(probe(heic({ width: 0xffffffff, height: 0xffffffff }), limits), { code: 'too-many-pixels' })
  await t.rejects(probe(heic(), { ...limits, maxPixels: 1_000_000 }), { code: 'too-many-pixels' })

  const avif = await gradient({ width: 64, height: 64 }).avif({ effort: 0 }).toBuffer()
  const ispe = avif.indexOf('ispe')
  for (const [width, height, code] of [
    [4000, 4000, undefined],
    [4001, 4000, 'too-many-pixels'],
    [0, 4000, 'invalid-image'],
  ] as const) {
    u32(width, height).copy(avif, ispe + 8)
    const outcome = await probe(avif, limits).then(
      () => undefined,
      (error: { code: string }) => error.code,
    )
    t.equal(outcome, code, `${width} × ${height}`)
  }
})

await t.test('a header that is cut off or wrong is refused, whichever byte it is', async (t) => {
  const whole = heic({
    more: [turn(1), box('colr', Buffer.from('nclx'), u16(12), u16(13), u16(6), u8(0x80))],
  })
  const meta = whole.indexOf('mdat') - 4
  const codes = new Set<string>()
  const tryOut = (bytes: Buffer) =>
    probe(bytes, limits).then(
      () => codes.add('fine'),
      (error: { code?: string }) => codes.add(error.code ?? 'no code'),
    )
  for (let length = 24; length < meta; length++) await tryOut(whole.subarray(0, length))
  for (let at = 24; at < meta; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      const wrong = Buffer.from(whole)
      wrong[at] = value
      await tryOut(wrong)
    }
  }
  const expected = ['fine', 'image-too-small', 'invalid-image', 'too-many-pixels']
  t.strictSame(
    [...codes].filter((code) => !expected.includes(code)),
    [],
  )
})

await t.test('megabytes of empty boxes are not read to their end', async (t) => {
  const picture = await gradient({ width: 64, height: 48 }).avif({ effort: 0 }).toBuffer()
  const afterBrands = picture.readUInt32BE(0)
  for (const [count, refused] of [
    [100, false],
    [1_200_000, true],
  ] as const) {
    const boxes = Buffer.alloc(8 * count, box('free'))
    const bytes = Buffer.concat([picture.subarray(0, afterBrands), boxes, picture.subarray(afterBrands)])
    const outcome = await probe(bytes, limits).catch((error: { code?: string }) => error.code)
    t.equal(outcome === 'invalid-image', refused, `${count} boxes`)
  }
})

await t.test('without its decoder, HEIC is not accepted, and said to be what it is', async (t) => {
  const hide = `
    export const resolve = (name, context, next) => {
      if (name === 'heic-decode') throw Object.assign(new Error('hidden'), { code: 'ERR_MODULE_NOT_FOUND' })
      return next(name, context)
    }`
  const program = `
    import { register } from 'node:module'
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hide)}))
    const { formats, sniff, describeBytes } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)})
    const heic = Buffer.from(process.argv[1], 'base64')
    console.log(JSON.stringify([formats.includes('heic'), sniff(heic) ?? null, describeBytes(heic).en]))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    program,
    heic().toString('base64'),
  ])
  t.strictSame(JSON.parse(stdout), [false, null, 'a HEIC picture'])
})

await t.test('a crop that divides by zero is no size', async (t) => {
  for (const [across, down] of [
    [u32(0, 0), u32(6000, 2)],
    [u32(4000, 1), u32(0, 0)],
    [u32(4000, 0), u32(6000, 0)],
  ]) {
    const bytes = heic({ more: [box('clap', across ?? u32(), down ?? u32(), u32(0, 1, 0, 1))] })
    await t.rejects(probe(bytes, limits), { code: 'invalid-image' })
  }
})

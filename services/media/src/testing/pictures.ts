import sharp, { type Sharp } from 'sharp'

const corners = { topLeft: '#e02020', topRight: '#20c020', bottomLeft: '#2040e0', bottomRight: '#e0e020' }

/** A picture whose four quarters are red, green, blue and yellow, read from the top left. */
export function quarters(width: number, height: number): Sharp {
  const w = Math.floor(width / 2)
  const h = Math.floor(height / 2)
  const tile = (background: string, left: number, top: number) => ({
    input: { create: { width: w, height: h, channels: 3 as const, background } },
    left,
    top,
  })
  return sharp({ create: { width, height, channels: 3, background: corners.topLeft } }).composite([
    tile(corners.topRight, w, 0),
    tile(corners.bottomLeft, 0, h),
    tile(corners.bottomRight, w, h),
  ])
}

/** The colours of a picture's quarters in reading order: `rgby` when it is upright. */
export async function readQuarters(bytes: Uint8Array): Promise<string> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => {
    const index = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
    const [r = 0, g = 0, b = 0] = data.subarray(index, index + 3)
    if (r > 150 && g > 150) return 'y'
    return r > 150 ? 'r' : g > 150 ? 'g' : b > 150 ? 'b' : '?'
  }
  return at(0.25, 0.25) + at(0.75, 0.25) + at(0.25, 0.75) + at(0.75, 0.75)
}

/** A phone photo that needs a quarter turn: upright it is 400 wide and 600 high and reads `rgby`. */
export async function turnedPhoto(): Promise<Buffer> {
  const turned = await quarters(400, 600).png().toBuffer()
  // Orientation 6 means to turn by 90° clockwise for showing, so the pixels are stored turned the other way.
  return sharp(await sharp(turned).rotate(-90).png().toBuffer())
    .withExif({ IFD0: { Orientation: '6' }, IFD3: { GPSLatitude: '48/1 51/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 90 })
    .toBuffer()
}

/** A plain JPEG of this size. */
export const jpeg = (width = 64, height = 64, background = '#336699'): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer()

/** A multipart body with one file. */
export function form(bytes: Buffer, filename = 'photo.jpg', field = 'image'): FormData {
  const body = new FormData()
  body.append(field, new Blob([new Uint8Array(bytes)]), filename)
  return body
}

import sharp from 'sharp'

/** A 12-megapixel photo-like JPEG of about 2 MB: soft shapes with a sensor's noise over them. */
export async function makePhoto(profile?: 'p3'): Promise<Buffer> {
  const shapes = await sharp({
    create: {
      width: 24,
      height: 18,
      channels: 3,
      background: '#000000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .png()
    .toBuffer()
  const grain = await sharp({
    create: {
      width: 4032,
      height: 3024,
      channels: 3,
      background: '#000000',
      noise: { type: 'gaussian', mean: 128, sigma: 8 },
    },
  })
    .png({ compressionLevel: 0 })
    .toBuffer()
  const photo = sharp(shapes)
    .resize(4032, 3024, { fit: 'fill' })
    .composite([{ input: grain, blend: 'soft-light' }])
  return (profile ? photo.withIccProfile(profile) : photo).jpeg({ quality: 92 }).toBuffer()
}

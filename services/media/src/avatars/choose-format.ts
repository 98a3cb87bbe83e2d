import type { VariantFormat } from '@likeness/contracts'

/**
 * The format a client prefers among those there are (RFC 9110 §12.5.1). AVIF and WebP go only to clients that name
 * them, or that take anything but JPEG: many send a wildcard and can read neither. Never refuses: where nothing fits,
 * the last is served.
 * @param formats best first
 */
export function chooseFormat<Format extends VariantFormat | 'png'>(
  accept: string | undefined,
  formats: readonly Format[],
): Format {
  const qualities = qualitiesIn(accept)
  const any = qualities.get('image/*') ?? qualities.get('*/*') ?? 0
  let chosen: { format: Format | undefined; quality: number } = { format: formats.at(-1), quality: 0 }
  for (const format of formats) {
    const isOld = format === 'jpeg' || format === 'png'
    const quality = qualities.get(`image/${format}`) ?? (isOld ? any : 0)
    if (quality > chosen.quality) chosen = { format, quality }
  }
  if (chosen.quality === 0 && any > 0) {
    const unnamed = formats.find((format) => !qualities.has(`image/${format}`))
    if (unnamed) return unnamed
  }
  if (chosen.format === undefined) throw new Error('no formats to choose from')
  return chosen.format
}

function qualitiesIn(accept: string | undefined): Map<string, number> {
  return new Map(
    (accept ?? '').split(',').map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
      const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      const quality = q === undefined ? 1 : Number(q)
      return [type, quality >= 0 && quality <= 1 ? quality : 0]
    }),
  )
}

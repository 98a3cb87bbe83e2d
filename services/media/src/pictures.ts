/** Headers of every picture served: bytes that came from people must never be read as anything else. */
export const pictureHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'content-disposition': 'inline',
  'cross-origin-resource-policy': 'cross-origin',
} as const

/** `Cache-Control` of a picture that may change: browsers ask again after a minute, while a CDN serves the old one. */
export const aMinute = 'public, max-age=60, stale-while-revalidate=600'
/** `Cache-Control` of a picture that never changes. */
export const forever = 'public, max-age=31536000, immutable'

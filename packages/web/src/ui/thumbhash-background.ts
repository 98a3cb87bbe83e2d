import { thumbHashToDataURL } from 'thumbhash'

/** A ThumbHash as a CSS background, or nothing when there is none or it is not one. */
export function thumbhashBackground(base64: string | null | undefined): { backgroundImage?: string } {
  if (!base64) return {}
  try {
    const url = thumbHashToDataURL(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)))
    return { backgroundImage: `url(${url})` }
  } catch {
    return {}
  }
}

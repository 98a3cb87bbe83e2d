import type { Upload } from '@likeness/client'

/** The variants of an avatar for an `<img>`, the smallest first. */
export function urlsOf(avatar: Upload['avatar']): { pixels: number; path: string }[] {
  return Object.entries(avatar?.urls ?? {})
    .flatMap(([pixels, formats]) => {
      const url = formats.webp ?? formats.jpeg
      return url === undefined ? [] : [{ pixels: Number(pixels), path: pathOf(url) }]
    })
    .sort((a, b) => a.pixels - b.pixels)
}

/** The gateway serves page and pictures under one origin, whichever of its names was typed. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}

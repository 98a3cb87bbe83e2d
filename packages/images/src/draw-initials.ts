import { fileURLToPath } from 'node:url'
import { fromPixels, type Pixels, toPixels } from './pixels.js'
import { sharp } from './sharp.js'

/** The characters of the font in `fonts/`: Latin, Greek, Cyrillic, Armenian and Hebrew capitals, and digits. */
const drawable = /^[0-9A-ZÀ-ÞĀ-ſḀ-ỿΆ-ΫЀ-ЯԱ-Ֆא-ת]{1,2}$/u

/** White on each of them has a contrast of at least 4.5:1 (WCAG 2.2, SC 1.4.3). */
const colours = [
  '#b3261e',
  '#a8410f',
  '#8a5300',
  '#5f6600',
  '#2e6e1e',
  '#00705a',
  '#006a7d',
  '#0b5fa5',
  '#3f51b5',
  '#6a3fb0',
  '#8e3a9d',
  '#a8306b',
] as const

/** How many colours initials can be on. */
export const initialsColours = colours.length

/** Whether initials can be drawn: one or two characters, all of them in the font. */
export function canDrawInitials(letters: string): boolean {
  return drawable.test(letters)
}

// Letters of fewer pixels are drawn larger and shrunk.
const leastSize = 48

/** White letters on a plain square. */
export async function drawInitials(letters: string, colour: number, size: number): Promise<Pixels> {
  if (!canDrawInitials(letters)) throw new Error(`No font for the initials ${JSON.stringify(letters)}`)
  // Read by fontconfig at its first use. The system's own fonts would differ from machine to machine.
  process.env.FONTCONFIG_FILE ??= fileURLToPath(new URL('../fonts/fonts.conf', import.meta.url))
  const side = Math.max(size, leastSize)
  const text = {
    text: `<span foreground="white">${letters}</span>`,
    font: `DejaVu Sans Bold ${Math.round(side * 0.4)}`,
    dpi: 72,
    rgba: true,
  }
  // The widest pairs of letters would touch the edges.
  const widest = Math.round(side * 0.84)
  const ink = await toPixels(
    sharp({ text }).resize(widest, widest, { fit: 'inside', withoutEnlargement: true }),
  )
  const background = colours[colour % colours.length] ?? colours[0]
  const square = await toPixels(
    sharp({ create: { width: side, height: side, channels: 3, background } })
      .composite([{ input: ink.data, raw: ink.raw }])
      .removeAlpha(),
  )
  return side === size ? square : toPixels(fromPixels(square).resize(size, size))
}

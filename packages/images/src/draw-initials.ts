import { fileURLToPath } from 'node:url'
import { canDrawInitials, colours } from './initials.js'
import { fromPixels, type Pixels, toPixels } from './pixels.js'
import { sharp } from './sharp.js'

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

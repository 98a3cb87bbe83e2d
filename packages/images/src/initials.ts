/** The characters of the font in `fonts/`: Latin, Greek, Cyrillic, Armenian and Hebrew capitals, and digits. */
const drawable = /^[0-9A-ZÀ-ÞĀ-ſḀ-ỿΆ-ΫЀ-ЯԱ-Ֆא-ת]{1,2}$/u

/** White on each of them has a contrast of at least 4.5:1 (WCAG 2.2, SC 1.4.3). */
export const colours = [
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

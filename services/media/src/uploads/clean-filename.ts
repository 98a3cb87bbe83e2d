const longest = 255

/**
 * The name a person gave a file, safe to store and show: no folders, no control, bidi or unpaired surrogate
 * characters, in NFC, at most 255 characters with its extension kept.
 * @returns null when nothing is left
 */
export function cleanFilename(given: string | undefined): string | null {
  if (given === undefined) return null
  const name = given
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029\ufffd]/gu, '')
    .split(/[/\\]/)
    .at(-1)
    ?.trim()
  if (name === undefined || name === '' || /^\.+$/.test(name)) return null
  if (name.length <= longest) return name
  const extension = /\.[\p{L}\p{N}]{1,10}$/u.exec(name)?.[0] ?? ''
  // If the cut splits a surrogate pair, its first half goes too.
  return name.slice(0, longest - extension.length).replace(/[\ud800-\udbff]$/, '') + extension
}

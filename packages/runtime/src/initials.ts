/** The first letters of the first two words of a name, in capitals; empty when there is no letter. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/)
  const letters = words.flatMap((word) => word.match(/^\p{L}\p{M}*/u)?.[0] ?? [])
  return letters.slice(0, 2).join('').toLocaleUpperCase('en').slice(0, 16)
}

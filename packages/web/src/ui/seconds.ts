/** A wait for people: `42 s`, `12 min`. Never shorter than it is. */
export function secondsForPeople(seconds: number): string {
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}

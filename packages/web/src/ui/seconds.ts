/** A readable wait: `42 s`, `12 min`. Rounded up. */
export function secondsForPeople(seconds: number): string {
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}

/** Whole years from a birth date (`YYYY-MM-DD`) to a day, in UTC. Someone born on 29 February ages on 1 March. */
export function ageOn(day: Date, birthDate: string): number {
  const today = day.toISOString().slice(0, 10)
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years
}

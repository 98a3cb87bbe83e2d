import { Mark } from './icons.js'

/** The mark and the name. */
export function Brand() {
  return (
    <p className="flex items-center gap-3 font-serif text-xl font-semibold">
      <Mark />
      Likeness
    </p>
  )
}

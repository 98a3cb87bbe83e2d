/** A reason why Likeness cannot start, in one line for the person who started it. */
export class Fault extends Error {
  override name = 'Fault'
}

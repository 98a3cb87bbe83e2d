/** A reason why Likeness cannot start, said to the person who started it in one line. */
export class Fault extends Error {
  override name = 'Fault'
}

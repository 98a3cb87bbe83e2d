/**
 * Masks an address for the activity trail: its owner recognises it, and nobody else learns it. `ada@example.org` is
 * `a…a@example.org`.
 */
function maskEmail(email: string): string {
  const at = email.lastIndexOf('@')
  const [first = '', ...more] = email.slice(0, at)
  return `${first}…${more.length > 1 ? more.at(-1) : ''}${email.slice(at)}`
}

/** The details of a change of address. */
export const changeOf = (from: string, to: string) => ({ from: maskEmail(from), to: maskEmail(to) })

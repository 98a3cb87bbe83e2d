/** One letter as people see it, of several characters in some scripts: it stands for a person without a picture. */
export function firstLetterOf(name: string): string {
  const [first] = new Intl.Segmenter().segment(name)
  return (first?.segment ?? '').toUpperCase()
}

import { readFile } from 'node:fs/promises'

/** The tests that docs/security.md names: the last column of its tables. */
export const testsNamedBy = (page: string): string[] => [
  ...new Set([...page.matchAll(/\| `([^`]+)`\s*\|$/gm)].flatMap(([, name]) => name ?? [])),
]

/**
 * Tests named by docs/security.md that did not run and pass, so that the page claims nothing unproven.
 * @param passed as `runTests` names them: `file: outer test > inner test`
 */
export async function unprovenClaims(root: string, passed: readonly string[]): Promise<string[]> {
  const named = testsNamedBy(await readFile(`${root}/docs/security.md`, 'utf8'))
  if (named.length === 0) throw new Error('docs/security.md names no test')
  const known = new Set(passed.flatMap((test) => test.slice(test.indexOf(': ') + 2).split(' > ')))
  return named.filter((name) => !known.has(name))
}

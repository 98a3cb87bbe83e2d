import { hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'

/**
 * A secret and, while it is being changed, another that is valid too. The first one makes what is new; every one
 * verifies what comes back.
 */
export type Secrets = readonly [current: string, ...others: string[]]

/** @param other accepted as well, such as `SERVICE_SECRET_OTHER` */
export const secretsOf = (current: string, other: string | undefined): Secrets =>
  other === undefined ? [current] : [current, other]

/**
 * A key of 256 bits for one purpose (RFC 5869): what is made with it for one says nothing about another.
 * @param purpose such as `likeness refresh tokens`
 */
export const deriveKey = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))

/**
 * Replaces `NAME_FILE` by `NAME` with the content of that file, for each name of a configuration: containers mount
 * secrets as files, and an environment can be read by more people than a file. The line break at the end of the
 * file does not count.
 * @returns the variables, and a line for each file that cannot be used, which never holds what the file says
 */
export function readSecretFiles(
  names: readonly string[],
  given: Readonly<Record<string, string | undefined>>,
): { variables: Record<string, string | undefined>; faults: string[] } {
  const variables = { ...given }
  const faults: string[] = []
  for (const name of names) {
    const path = given[`${name}_FILE`]
    if (path === undefined) continue
    if (given[name] !== undefined) {
      faults.push(`${name} and ${name}_FILE: only one of them may be set`)
      continue
    }
    delete variables[`${name}_FILE`]
    try {
      variables[name] = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
      faults.push(`${name}_FILE: the file cannot be read (${code})`)
    }
  }
  return { variables, faults }
}

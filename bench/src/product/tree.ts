import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The checkout that is measured: this one, or the built one that LIKENESS_TREE names. */
export const tree = resolve(process.env.LIKENESS_TREE || fileURLToPath(new URL('../../..', import.meta.url)))

/** @throws Error when the tree is not built */
export function inTree(...places: readonly string[]): string {
  const found = places.map((place) => join(tree, place)).find(existsSync)
  if (found === undefined)
    throw new Error(`${tree} has no ${places.join(' or ')}: build it first, by npm start or npm test there`)
  return found
}

/** The program of a process of a service: the bundle where the tree makes them. */
export const entryOf = (service: 'accounts' | 'media', process: 'http' | 'worker'): string =>
  inTree(
    `infra/bundle/dist/${process === 'http' ? service : `${service}-worker`}.js`,
    `services/${service}/dist/${process}.js`,
  )

/** Runs a command of a service's CLI. @returns what it printed */
export async function runCli(
  service: 'accounts' | 'media',
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const bin = inTree(`services/${service}/bin/likeness-${service}.js`)
  const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args], {
    cwd: tree,
    env: { PATH: process.env.PATH, ...env },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}

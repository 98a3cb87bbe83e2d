import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import sharp from 'sharp'

/** The cores and versions that figures depend on. */
export const describeMachine = (): string =>
  `${availableParallelism()} cores · Node ${process.versions.node} · sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips})`

/** The commit of a checkout, such as `641aea5`, with `+` where files were changed since. */
export function commitOf(folder: string): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim()
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+')
  } catch {
    return 'unknown'
  }
}

/** Whether a program is on PATH. */
export function isInstalled(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch (error) {
    // wrk has no option that ends well.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

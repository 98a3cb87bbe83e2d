import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import type { Test } from 'tap'

/** Packs a package of this repository as for a registry. @param root its folder @returns the tarball, in a new folder */
export async function packPackage(t: Test, root: string): Promise<{ tarball: string; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-package-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  // npm would leave the versions of our other packages as `workspace:*`.
  const { packageManager } = JSON.parse(await readFile(join(root, '../../package.json'), 'utf8'))
  const tarball = join(folder, 'packed.tgz')
  const packed = run('npx', ['--yes', packageManager, '-C', root, 'pack', '--out', tarball])
  t.equal(packed.status, 0, packed.output)
  return { tarball, folder }
}

/**
 * Packs a package, and asserts that publint and attw find no fault in it.
 * @returns the tarball, the folder in which it is unpacked as `package/`, and its package.json
 */
export async function checkPackage(
  t: Test,
  root: string,
): Promise<{ tarball: string; folder: string; manifest: Readonly<Record<string, unknown>> }> {
  const { tarball, folder } = await packPackage(t, root)
  const bytes = await readFile(tarball)
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: new Uint8Array(bytes).buffer } })
  const found = messages.map((message) => formatMessage(message, pkg))
  t.strictSame(found, [], 'publint finds nothing')

  const attw = dirname(fileURLToPath(import.meta.resolve('@arethetypeswrong/cli/package.json')))
  const options = ['--profile', 'esm-only', '--no-color', '--no-emoji']
  const checked = run(process.execPath, [join(attw, 'dist/index.js'), tarball, ...options])
  t.equal(checked.status, 0, checked.output)

  const unpacked = run('tar', ['-xzf', tarball, '-C', folder])
  t.equal(unpacked.status, 0, unpacked.output)
  return { tarball, folder, manifest: pkg }
}

function run(program: string, args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  return { status, output: error?.message ?? `${stdout}${stderr}` }
}

import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import type { Test } from 'tap'

/** The repository. */
export const root = fileURLToPath(new URL('../../../..', import.meta.url))
/** The reason why tests of the README’s flow are skipped, or false. */
export const noCurl: string | false =
  spawnSync('curl', ['--version']).error !== undefined && 'curl is not on PATH'

/** The block of shell commands in a document that a comment marks, such as `<!-- flow: … -->`. */
export async function blockOf(document: string, name: string): Promise<string> {
  const text = await readFile(join(root, document), 'utf8')
  const block = new RegExp(`<!-- ${name}:[^\\n]*-->\\n\`\`\`sh\\n(.*?)\`\`\``, 's').exec(text)?.[1]
  if (block === undefined) throw new Error(`${document} has no block ${name}.`)
  return block
}

/** Runs the README’s flow, copied verbatim, against a system, and asserts that its pictures are right. */
export async function assertFlow(t: Test, url: string): Promise<void> {
  const block = await blockOf('README.md', 'flow')
  const folder = await mkdtemp(join(tmpdir(), 'likeness-readme-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await symlink(join(root, 'docs'), join(folder, 'docs'))

  const { stdout } = await promisify(execFile)('sh', ['-c', block], {
    cwd: folder,
    env: { ...process.env, API: url },
  })
  t.match(stdout, /^[\da-f-]{36} is published\n$/)

  const again = await promisify(execFile)('sh', ['-c', block], {
    cwd: folder,
    env: { ...process.env, API: url },
  }).catch((error: { code: number; stdout: string; stderr: string }) => error)
  t.match(
    again,
    { stdout: '', stderr: /"detail":"Choose another username\."/ },
    'a refusal is shown, and ends it',
  )
  t.ok('code' in again && again.code !== 0)
  // Another name, and a file that is not a picture.
  const refused = block.replaceAll('ada', 'eve').replaceAll('docs/example/phone-photo.jpg', 'README')
  await writeFile(join(folder, 'README'), 'no picture')
  const stopped = await promisify(execFile)('sh', ['-c', refused], {
    cwd: folder,
    env: { ...process.env, API: url },
  }).catch((error: { code: number; stdout: string; stderr: string }) => error)
  t.match(stopped, { stdout: '', stderr: /"code":"unsupported-image"/ }, 'at whichever step')
  t.ok('code' in stopped && stopped.code !== 0)

  const avatar = await readFile(join(folder, 'avatar.webp'))
  const picture = sharp(avatar)
  const meta = await picture.metadata()
  t.match(meta, { format: 'webp', width: 256, height: 256 })
  t.notOk(meta.exif || meta.icc || meta.xmp || meta.orientation, 'no metadata, so no GPS')
  const { data } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) =>
    [...data.subarray((y * 256 + x) * 3, (y * 256 + x) * 3 + 3)] as [number, number, number]
  // Upright, the red shirt is at the bottom and the dark hair at the top.
  const [red, green, blue] = at(128, 252)
  t.ok(red > 150 && green < 110 && blue < 100, `the shirt is at the bottom: ${at(128, 252).join()}`)
  t.ok(Math.max(...at(128, 50)) < 110, `the hair is at the top: ${at(128, 50).join()}`)
  const preview = await sharp(await readFile(join(folder, 'preview.webp'))).metadata()
  t.match(preview, { format: 'webp', width: 768, height: 1024 })
}

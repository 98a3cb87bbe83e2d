import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const here = fileURLToPath(new URL('..', import.meta.url))
const client = fileURLToPath(new URL('../../../packages/client', import.meta.url))

t.test('a stranger compiles against the client with nothing else installed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-stranger-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const installed = join(folder, 'node_modules/@likeness/client')
  await mkdir(installed, { recursive: true })
  for (const part of ['package.json', 'dist'])
    await cp(join(client, part), join(installed, part), { recursive: true })
  await cp(join(here, 'program/stranger.ts'), join(folder, 'stranger.ts'))
  await cp(join(here, 'program/tsconfig.json'), join(folder, 'tsconfig.json'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  // The compiler that strangers have; the library's types are checked as well.
  const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))
  const options = [compiler, '-p', folder, '--noEmit', '--skipLibCheck', 'false']
  const { status, stdout } = spawnSync(process.execPath, options, { encoding: 'utf8' })
  t.equal(status, 0, stdout)
})

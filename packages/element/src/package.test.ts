import { spawnSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage, packPackage } from '@likeness/test-kit/check-package'
import t from 'tap'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A program of a stranger, in each framework that the element has types for. */
const programs = {
  'plain.ts': `
    import { LikenessAvatar, type Change } from '@likeness/element'
    const mine: LikenessAvatar = document.createElement('likeness-avatar')
    mine.getToken = async () => 'token'
    mine.size = 64
    mine.editable = true
    mine.addEventListener('likeness-change', ({ detail }) => detail.avatar?.urls['256']?.webp)
    document.addEventListener('likeness-avatar-changed', ({ detail }: CustomEvent<Change>) => detail.persons)
    // @ts-expect-error a token is text
    mine.getToken = async () => 1
  `,
  'react.tsx': `
    import '@likeness/element/react'
    export const good = <likeness-avatar issuer="shop" subject="ana" size={64} className="x" editable={false} />
    // @ts-expect-error there is no such attribute
    export const bad = <likeness-avatar person="ana" />
  `,
  'vue.ts': `
    import '@likeness/element/vue'
    import type { GlobalComponents } from 'vue'
    type Props = InstanceType<GlobalComponents['likeness-avatar']>['$props']
    export const good: Props = { user: 'x', size: '64', onLikenessChange: ({ detail }) => detail.userId }
    // @ts-expect-error a size is no list
    export const bad: Props = { size: [] }
  `,
  'svelte.ts': `
    import '@likeness/element/svelte'
    import type { SvelteHTMLElements } from 'svelte/elements'
    type Props = SvelteHTMLElements['likeness-avatar']
    export const good: Props = { user: 'x', editable: true, 'onlikeness-change': ({ detail }) => detail.userId }
    // @ts-expect-error nothing but true and false
    export const bad: Props = { editable: 'yes' }
  `,
}

t.test('it is fit for a registry, and installs and compiles in each framework', async (t) => {
  const { folder, manifest, tarball } = await checkPackage(t, root)
  t.match(manifest, { dependencies: { '@likeness/client': /^\d/ } })
  const client = await packPackage(t, join(root, '../client'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const run = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
    return { status, said: `${stdout}${stderr}` }
  }
  const installed = run('npm', 'install', '--offline', client.tarball, tarball)
  t.equal(installed.status, 0, installed.said)

  // A server that renders pages loads it too.
  t.strictSame(run(process.execPath, '-e', "import('@likeness/element')"), { status: 0, said: '' })

  for (const name of ['vue', 'svelte', '@types/react']) {
    const place = join(folder, 'node_modules', name)
    await mkdir(dirname(place), { recursive: true })
    await symlink(join(root, 'node_modules', name), place)
  }
  for (const [name, code] of Object.entries(programs)) await writeFile(join(folder, name), code)
  const options = {
    target: 'ES2023',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    module: 'preserve',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  }
  const config = { compilerOptions: options, files: Object.keys(programs) }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))
  const compiled = run(process.execPath, compiler, '-p', folder)
  t.equal(compiled.status, 0, compiled.said)
})

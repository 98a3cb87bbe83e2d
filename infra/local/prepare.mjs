// Makes ready what `npm start` runs: dependencies, bundled programs, the page; with --compile also what `npm test`
// runs. Does nothing when nothing has changed. Plain JavaScript: it runs before anything is compiled.
import './setup.mjs'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** Where the sources of each are; both also depend on what is installed. */
const madeOf = {
  programs: [
    ...['cli', 'contracts', 'images', 'runtime', 'storage', 'test-kit'].map((name) => `packages/${name}/src`),
    ...['services/accounts/src', 'services/media/src', 'infra/local/src', 'infra/bundle/build.mjs'],
  ],
  page: ['src', 'public', 'index.html', 'vite.config.ts']
    .map((name) => `packages/web/${name}`)
    .concat(
      'packages/contracts/src',
      'packages/client/src',
      'packages/element/src',
      'packages/element/build.mjs',
    ),
  docs: [
    'docs',
    'packages/docs',
    'packages/client/src',
    'packages/client/README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
  ]
    // Building the page empties its folder.
    .concat('packages/web/src/tokens.css', 'packages/web/dist-app/index.html'),
}

/** One file of each. */
const made = {
  programs: 'infra/bundle/dist/start.js',
  page: 'packages/web/dist-app/index.html',
  docs: 'packages/web/dist-app/docs/index.html',
}

await makeOnce('programs', 'Bundling the programs', async () => {
  const { bundle } = await import('../bundle/build.mjs')
  await bundle()
})
await makeOnce('page', 'Building the page', async () => {
  run(join(root, 'packages/web'), 'node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn')
  const { writeElement } = await import('../../packages/element/build.mjs')
  await writeElement(join(root, 'packages/web/dist-app/element/v1'))
  const { sizesOf } = await import('../../packages/web/sizes.mjs')
  const { first, signedIn, pages } = sizesOf(join(root, 'packages/web/dist-app'))
  const kb = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(0)} kB`
  const parts = Object.entries(pages).map(([page, bytes]) => `${page} ${kb(bytes)}`)
  process.stdout.write(`first visit ${kb(first)}, signed in ${kb(signedIn)} (${parts.join(', ')}) … `)
})
await makeOnce('docs', 'Rendering the documentation', async () => {
  const { writeDocs } = await import('../../packages/docs/build.mjs')
  await writeDocs(join(root, 'packages/web/dist-app/docs'))
})
if (process.argv.includes('--compile')) run(root, 'node_modules/typescript/bin/tsc', '-b')

/**
 * Does the work unless its inputs are those of the last time.
 * @param {keyof typeof madeOf} what @param {string} title @param {() => unknown} work
 */
async function makeOnce(what, title, work) {
  const stampFile = join(root, 'node_modules/.cache/likeness', what)
  const stamp = fingerprint(madeOf[what])
  if (readIfThere(stampFile) === stamp && existsSync(join(root, made[what]))) return
  const since = performance.now()
  process.stdout.write(`${title} (once, until their sources change) … `)
  await work()
  console.log(`${((performance.now() - since) / 1000).toFixed(1)} s`)
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, stamp)
}

/** @param {string[]} paths */
function fingerprint(paths) {
  const hash = createHash('sha256').update(readIfThere(join(root, 'node_modules/.likeness-setup')))
  for (const path of paths) {
    const files = statSync(join(root, path)).isDirectory() ? filesOf(path) : [path]
    for (const file of files) {
      const { mtimeMs, size } = statSync(join(root, file))
      hash.update(`${file} ${mtimeMs} ${size}\n`)
    }
  }
  return hash.digest('hex')
}

/**
 * The files of a folder of the repository, in order, but tests and what is made or installed. It asks for types, which spares
 * a stat of each entry.
 * @param {string} folder @returns {string[]}
 */
function filesOf(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !/\.test\.tsx?$|^(dist|node_modules)$/.test(name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? filesOf(path) : [path]
    })
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** @param {string} cwd @param {string} program @param {string[]} args */
function run(cwd, program, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, program), ...args], { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

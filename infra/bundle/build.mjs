// Bundles every program into dist/, and tests for one run of them, so that a process loads a few files instead of several
// hundred. Plain JavaScript, like setup.mjs: it runs before anything is compiled.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = resolve(here, '../..')
const target = join(here, 'dist')

/** Every program by the name of its file in dist/. */
const programs = {
  accounts: 'services/accounts/src/http.ts',
  'accounts-worker': 'services/accounts/src/worker.ts',
  media: 'services/media/src/http.ts',
  'media-worker': 'services/media/src/worker.ts',
  likeness: 'packages/cli/src/likeness.ts',
  'likeness-accounts': 'packages/cli/src/likeness-accounts.ts',
  'likeness-media': 'packages/cli/src/likeness-media.ts',
  'decode-child': 'packages/images/src/decode-child.ts',
  gateway: 'infra/local/src/gateway.ts',
  start: 'infra/local/src/start.ts',
  host: 'infra/local/src/host.ts',
  keeper: 'infra/local/src/embedded/keeper.ts',
  'write-docs': 'infra/local/src/write-docs.ts',
}

// Native code, and code that is optional, stays outside; infra/bundle has it installed.
const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
const external = Object.keys({ ...dependencies, ...optionalDependencies })

/** Old chunks stay this long: a process that runs meanwhile may load them yet. */
const keptMs = 24 * 60 * 60_000

/** A program begins by having Node read the source maps of all it loads, so that stacks name source files. */
const openings = {
  name: 'openings',
  resolveId: { filter: { id: /^program:/ }, handler: (/** @type {string} */ id) => id },
  load: {
    filter: { id: /^program:/ },
    handler: (/** @type {string} */ id) =>
      `process.setSourceMapsEnabled(true)\nawait import(${JSON.stringify(join(root, id.slice('program:'.length)))})`,
  },
}

/** `new URL('…', import.meta.url)` finds another program in dist/, and any other file where the repository has it. */
const places = {
  name: 'places',
  transform: {
    filter: { id: /^[^\0]+\.[cm]?[jt]s$/, code: /\bimport\.meta\.url\b/ },
    handler(/** @type {string} */ code, /** @type {string} */ id) {
      const from = JSON.stringify(relative(join(target, 'chunks'), id).replaceAll('\\', '/'))
      const moved = code
        .replace(/new URL\(["']\.\/([\w-]+)\.js["'], import\.meta\.url\)/g, (whole, name) =>
          name in programs ? `new URL('../${name}.js', import.meta['url'])` : whole,
        )
        .replaceAll('import.meta.url', `new URL(${from}, import.meta['url']).href`)
        .replaceAll("import.meta['url']", 'import.meta.url')
      // No line moves, so the map needs no change.
      return { code: moved, map: null }
    },
  },
}

/**
 * pg finds out whether it runs at Cloudflare by making a `Response`, for which Node 20 loads all of fetch: some 30 ms of each
 * command. Our programs run in Node.
 */
const inNode = {
  name: 'in-node',
  transform: {
    filter: { id: /[\\/]pg[\\/]lib[\\/]stream\.js$/ },
    handler(/** @type {string} */ code) {
      const asked = "typeof Response === 'function'"
      if (!code.includes(asked))
        throw new Error('pg finds out otherwise now where it runs: see whether this is needed')
      return { code: code.replace(asked, 'false'), map: null }
    },
  },
}

/** Only our own files are mapped: Node reads all of a map at once, and most code is of others. */
const ownMaps = {
  name: 'own-maps',
  transform: {
    filter: { id: /[\\/]node_modules[\\/]/, moduleType: ['js'] },
    handler: (/** @type {string} */ code) => ({
      code,
      map: { version: 3, sources: [], names: [], mappings: '' },
    }),
  },
}

const resolving = {
  conditionNames: ['likeness-source'],
  extensionAlias: { '.js': ['.ts', '.tsx', '.js'] },
}

/** @type {NonNullable<import('rolldown').RolldownOptions['onLog']>} */
const withoutNoise = (level, log, handle) => {
  if (!quiet.has(log.code ?? '')) handle(level, log)
}
const quiet = new Set(['SOURCEMAP_BROKEN', 'EVAL'])

/** Bundles all programs. Those that run are not disturbed: what they load later is still there. */
export async function bundle() {
  const { build } = await import('rolldown')
  const { output } = await build({
    input: Object.fromEntries(Object.entries(programs).map(([name, file]) => [name, `program:${file}`])),
    cwd: root,
    platform: 'node',
    external,
    resolve: resolving,
    plugins: [openings, places, inNode, ownMaps],
    onLog: withoutNoise,
    write: false,
    output: {
      dir: target,
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
      sourcemap: true,
      sourcemapExcludeSources: true,
      keepNames: true,
    },
  })
  mkdirSync(join(target, 'chunks'), { recursive: true })
  // Programs last: whatever they name is there by then.
  const isProgram = (/** @type {typeof output[number]} */ file) => file.type === 'chunk' && file.isEntry
  for (const file of output.toSorted((one, other) => Number(isProgram(one)) - Number(isProgram(other)))) {
    const path = join(target, file.fileName)
    // Renamed into place, so that no process reads half of it.
    writeFileSync(`${path}.${process.pid}`, contentOf(file))
    renameSync(`${path}.${process.pid}`, path)
  }
  const old = Date.now() - keptMs
  for (const name of readdirSync(join(target, 'chunks'))) {
    const file = join(target, 'chunks', name)
    if (statSync(file).mtimeMs < old) rmSync(file)
  }
}

/** @param {import('rolldown').OutputChunk | import('rolldown').OutputAsset} file */
function contentOf(file) {
  if (file.type === 'asset') return file.source
  // A chunk without a file of ours has nothing to map.
  const isMapped = file.map?.mappings.replaceAll(';', '')
  return isMapped ? file.code : file.code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n')
}

/**
 * Packages that tests load from where they are installed: native, optional, or big and of one or two tests. tap knows by
 * its folder what to leave out of the stacks that it shows.
 */
const outsideOfTests = new Set([
  ...external,
  ...[
    'ajv',
    'ajv-formats',
    'axe-core',
    'playwright-core',
    'publint',
    'standardwebhooks',
    'tap',
    'typescript',
    'vite',
    'yaml',
  ],
])

/** Test files import this module in place of `tap`, since several run in one process. */
const currentTest = join(root, 'infra/local/src/current-test.ts')

const packages = {
  name: 'packages',
  resolveId: {
    filter: { id: /^[@a-z]/ },
    /** @type {import('rolldown').FunctionPluginHooks['resolveId']} */
    async handler(source, importer, options) {
      const [scope = '', name] = source.split('/')
      if (!outsideOfTests.has(scope.startsWith('@') ? `${scope}/${name}` : scope)) return undefined
      const isTap = source === 'tap'
      if (isTap && importer !== currentTest) return { id: currentTest }
      // One tap for all: each workspace may have another, by what its peers are.
      const from = isTap ? join(root, 'package.json') : importer
      const found = await this.resolve(source, from, { ...options, skipSelf: true })
      return found && { id: found.id, external: true }
    },
  },
}

/** In a test, every `import.meta` is that of the compiled file, but that other programs are bundled. */
const testPlaces = {
  name: 'test-places',
  transform: {
    filter: { id: /^[^\0]+\.[cm]?[jt]sx?$/, code: /\bimport\.meta\.(url|resolve)\b/ },
    handler(/** @type {string} */ code, /** @type {string} */ id) {
      const isOurs = !id.includes('node_modules')
      const inDist = (/** @type {string} */ file) =>
        file.replace(/[\\/]src[\\/]/, '/dist/').replace(/tsx?$/, 'js')
      const compiled = isOurs ? join(root, inDist(relative(root, id))) : id
      const url = JSON.stringify(pathToFileURL(compiled).href)
      const resolved =
        `process.getBuiltinModule('node:url').pathToFileURL(` +
        `process.getBuiltinModule('node:module').createRequire(${url}).resolve($1)).href`
      const moved = code
        .replace(/new URL\(["']\.\/([\w-]+)\.js["'], import\.meta\.url\)/g, (whole, name) =>
          name in programs
            ? `new URL(${JSON.stringify(pathToFileURL(join(target, `${name}.js`)).href)})`
            : whole,
        )
        .replace(/\bimport\.meta\.resolve\(([^()]*)\)/g, resolved)
        .replace(/\bimport\.meta\.url\b/g, url)
      return { code: moved, map: null }
    },
  },
}

/** A program that runs the test files of a lot. */
const lotProgram = (/** @type {readonly string[]} */ files) =>
  [
    `import { runInTurn } from ${JSON.stringify(currentTest)}`,
    'await runInTurn({',
    ...files.map((file) => `  ${JSON.stringify(file)}: () => import(${JSON.stringify(join(root, file))}),`),
    '})',
  ].join('\n')

/**
 * Bundles test files, those of a lot to run in turn in a process of their own, with what they share in chunks.
 * @param {readonly (readonly string[])[]} lots the paths of their files in the repository
 * @param {string} folder where to
 * @returns {Promise<(lot: readonly string[]) => string>} finds the program of a lot
 * @public infra/local/src/run-tests.ts loads this file by its path
 */
export async function bundleTests(lots, folder) {
  const { build } = await import('rolldown')
  const nameOf = (/** @type {readonly string[]} */ [file = '']) =>
    file.replace(/\.ts$/, '').replaceAll(/[\\/]/g, '.')
  const programOf = new Map(lots.map((lot) => [`lot:${nameOf(lot)}`, lotProgram(lot)]))
  await build({
    input: Object.fromEntries(lots.map((lot) => [nameOf(lot), `lot:${nameOf(lot)}`])),
    cwd: root,
    platform: 'node',
    resolve: resolving,
    plugins: [
      {
        name: 'lots',
        // A test file is all side effects, whatever its package says of itself.
        resolveId: {
          filter: { id: /^lot:|\.test\.ts$/ },
          handler: (id) => ({ id, moduleSideEffects: true }),
        },
        load: { filter: { id: /^lot:/ }, handler: (id) => programOf.get(id) },
      },
      packages,
      testPlaces,
      ownMaps,
    ],
    onLog: withoutNoise,
    output: {
      dir: folder,
      entryFileNames: '[name].mjs',
      chunkFileNames: 'chunks/[name]-[hash].mjs',
      sourcemap: true,
      sourcemapExcludeSources: true,
      keepNames: true,
    },
  })
  return (lot) => join(folder, `${nameOf(lot)}.mjs`)
}

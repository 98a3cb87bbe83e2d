// Bundles every program into dist/, so that a process loads a few files instead of several hundred. Plain JavaScript,
// like setup.mjs: it runs before anything is compiled.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

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

/** Bundles all programs. Those that run are not disturbed: what they load later is still there. */
export async function bundle() {
  const { build } = await import('rolldown')
  const { output } = await build({
    input: Object.fromEntries(Object.entries(programs).map(([name, file]) => [name, `program:${file}`])),
    cwd: root,
    platform: 'node',
    external,
    resolve: { conditionNames: ['likeness-source'], extensionAlias: { '.js': ['.ts', '.js'] } },
    plugins: [openings, places, ownMaps],
    onLog: (level, log, handle) => log.code !== 'SOURCEMAP_BROKEN' && handle(level, log),
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

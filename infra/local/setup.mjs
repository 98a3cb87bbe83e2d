// Makes a fresh or changed checkout ready to compile, and does nothing when it already is.
// Plain JavaScript on long-standing modules of Node: it runs before anything is installed,
// and an old Node must get far enough to print the line about its version.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const stampFile = join(root, 'node_modules/.likeness-setup')

checkNodeVersion(rootManifest.engines.node)
const stamp = fingerprint()
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  console.log(`Installing dependencies with ${rootManifest.packageManager} (once, until they change) …`)
  // Both say how far it is: in one line on a terminal, in a line every while elsewhere.
  const reporter = `--reporter=${process.stdout.isTTY ? 'default' : 'append-only'}`
  const flags = ['--frozen-lockfile', reporter, '--config.confirmModulesPurge=false']
  run('npx', ['--yes', rootManifest.packageManager, 'install', ...flags])
  // tap compiles its plugins into one test class; without this every test file fails to load.
  run(process.execPath, [join(root, 'node_modules/tap/dist/esm/run.mjs'), 'build'])
  writeFileSync(stampFile, stamp)
}

/** @param {string} range the `engines.node` of package.json, always of the form ">=major.minor" */
function checkNodeVersion(range) {
  const [major, minor] = range.replace('>=', '').split('.').map(Number)
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number)
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return
  fail(`Likeness needs Node ${major}.${minor} or newer; this is Node ${process.versions.node}.`)
}

/** Changes exactly when an install could give something else than what is in node_modules. */
function fingerprint() {
  const hash = createHash('sha256')
  hash.update(`${process.version} ${process.platform} ${process.arch}`)
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...workspaceManifests()]
  for (const file of files) hash.update(`\n${file}\n`).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

/** The manifest of every workspace package: entries under `packages:`, each a folder or `folder/*`. */
function workspaceManifests() {
  const yaml = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const list = /^packages:\n((?: +- .+\n)+)/m.exec(yaml)
  if (list === null) fail('pnpm-workspace.yaml lists no packages.')
  return list[1]
    .trim()
    .split(/\s+- |^- /)
    .filter(Boolean)
    .flatMap((entry) => {
      if (!entry.endsWith('/*')) return [entry]
      const folder = entry.slice(0, -2)
      return readdirSync(join(root, folder))
        .sort()
        .map((name) => `${folder}/${name}`)
    })
    .map((folder) => `${folder}/package.json`)
    .filter((manifest) => existsSync(join(root, manifest)))
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const windows = process.platform === 'win32'
  const { status, error } = spawnSync(windows && command === 'npx' ? 'npx.cmd' : command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: windows && command === 'npx',
    env: { ...process.env, NPM_CONFIG_UPDATE_NOTIFIER: 'false' },
  })
  if (error !== undefined) fail(`Could not run ${command}: ${error.message}`)
  if (status !== 0) fail(`Setting up failed: "${command} ${args.join(' ')}" ended with status ${status}.`)
}

/** @param {string} line @returns {never} */
function fail(line) {
  console.error(line)
  process.exit(1)
}

// Builds the web app when one of its sources is newer than what was built: Vite takes a second or two even
// when nothing has changed, and `npm start` runs this each time.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const sources = [
  'packages/web/src',
  'packages/web/public',
  'packages/web/index.html',
  'packages/web/vite.config.ts',
]
// The app bundles the contracts as they were compiled, and whatever the lockfile names.
const inputs = [...sources, 'packages/contracts/dist', 'pnpm-lock.yaml'].map((path) => join(root, path))
const built = join(root, 'packages/web/dist-app/index.html')

if (!existsSync(built) || newest(inputs) > statSync(built).mtimeMs) {
  const vite = [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn']
  const { status } = spawnSync(process.execPath, vite, { cwd: join(root, 'packages/web'), stdio: 'inherit' })
  process.exitCode = status ?? 1
}

/** The latest change below these paths; a folder's own time shows files that were added or deleted. */
function newest(paths: readonly string[]): number {
  const times = paths.filter(existsSync).map((path) => {
    const found = statSync(path)
    if (!found.isDirectory()) return found.mtimeMs
    return Math.max(found.mtimeMs, newest(readdirSync(path).map((name) => join(path, name))))
  })
  return Math.max(0, ...times)
}

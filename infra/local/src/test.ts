// npm test: linters, and every test file against this run's own PostgreSQL and Redis. With arguments (test files,
// folders) only those tests run, without the linters.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@likeness/test-kit/processes'
import { randomSecret, startPostgres } from './embedded/start-postgres.js'
import { startRedis } from './embedded/start-redis.js'
import type { Outcome } from './read-tap.js'
import { runTests } from './run-tests.js'
import { unprovenClaims } from './security-page.js'

// The programs that tests start are bundled; nothing happens when `npm test` has just seen to it.
await import(new URL('../prepare.mjs', import.meta.url).href)
const root = fileURLToPath(new URL('../../..', import.meta.url))
const args = process.argv.slice(2)
const inCi = Boolean(process.env.CI) && process.env.CI !== 'false'

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())

// The linters run beside the first tests, which wait for databases and processes.
const linting = args.length === 0 ? runLinters() : { passed: 0, failed: 0 }
const tests = await testWithDatabases()
const lint = await linting
const claims = args.length === 0 && tests.skipped === 0 ? await checkClaims() : { passed: 0, failed: 0 }
const passed = lint.passed + tests.passed + claims.passed
const failed = lint.failed + tests.failed + claims.failed
for (const reason of tests.reasons) console.log(`skipped: ${reason}`)
if (inCi && tests.skipped > 0) console.log('Nothing may be skipped in CI.')
console.log(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`)
process.exitCode = failed > 0 || interrupted.signal.aborted || (inCi && tests.skipped > 0) ? 1 : 0

/** One after the other; each counts as one test. */
async function runLinters(): Promise<{ passed: number; failed: number }> {
  const linters = [
    ['node_modules/@biomejs/biome/bin/biome', 'ci', '.'],
    ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
    ['node_modules/knip/bin/knip.js', '--no-progress', '--treat-config-hints-as-errors'],
  ]
  let passed = 0
  for (const command of linters) {
    const linter = spawn(process.execPath, command, { cwd: root, stdio: 'inherit' })
    const [status] = await once(linter, 'close')
    if (status === 0) passed += 1
  }
  return { passed, failed: linters.length - passed }
}

/** The claims of docs/security.md count as one test, if nothing was skipped. */
async function checkClaims(): Promise<{ passed: number; failed: number }> {
  const unproven = await unprovenClaims(root, tests.tests)
  for (const name of unproven)
    console.log(`FAIL docs/security.md names a test that did not run and pass: ${name}`)
  return unproven.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

async function testWithDatabases(): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-test-'))
  // PostgreSQL may run as another user (see postgres-binaries.ts), who has to reach its cluster in here.
  await chmod(folder, 0o711)
  // Anything a test leaves here, perhaps because it was killed, is deleted with the folder.
  const temporary = join(folder, 'tmp')
  await mkdir(temporary, { mode: 0o711 })
  const ports = join(folder, 'ports')
  await mkdir(ports)
  const cluster = await mkdtemp(join(await clusterPlace(), 'likeness-test-'))
  await chmod(cluster, 0o711)
  const redis = await startRedis({ folder, port: await freePort() })
  try {
    const postgres = await startPostgres({
      folder: join(cluster, 'postgres'),
      port: await freePort(),
      password: randomSecret(),
      removeAfterwards: [folder, cluster],
      // Nothing here has to survive a power cut, or lives long enough to be vacuumed.
      settings: {
        fsync: 'off',
        synchronous_commit: 'off',
        full_page_writes: 'off',
        autovacuum: 'off',
        max_connections: '500',
      },
    })
    try {
      const env = {
        ...process.env,
        TMPDIR: temporary,
        TEST_PORTS: ports,
        TEST_POSTGRES_URL: postgres.url('postgres'),
        ...(redis !== undefined && { TEST_REDIS_URL: redis.url }),
      }
      return await runTests(root, join(folder, 'tests'), args, env, interrupted.signal)
    } finally {
      await postgres.stop()
    }
  } finally {
    await redis?.stop()
    for (const one of [folder, cluster]) await rm(one, { recursive: true, force: true })
  }
}

/**
 * Memory where Linux has a place for files in it: tests create and drop hundreds of databases, each of a thousand files,
 * which on a disk can take a tenth of the run's CPU.
 */
async function clusterPlace(): Promise<string> {
  const memory = '/dev/shm'
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize > 4e9 ? memory : tmpdir()
}

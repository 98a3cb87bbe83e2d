import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sessions } from '@likeness/contracts/endpoints'
import { openCalls, programFile, waitFor } from '@likeness/test-kit'
import t from 'tap'
import { blockOf, noCurl, root } from './testing/readme-flow.js'
import { launchLikeness, startLikeness } from './testing/start-likeness.js'

const run = promisify(execFile)

t.test('the operator’s hour, copied verbatim, and the restore after it', { skip: noCurl }, async (t) => {
  // What its commands run would now and then be under way by the clock.
  const first = await startLikeness(t, { UPKEEP_SCHEDULE: 'off' })
  const folder = await mkdtemp(join(tmpdir(), 'likeness-hour-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  for (const name of ['docs', 'infra']) await symlink(join(root, name), join(folder, name))
  const env = {
    ...process.env,
    ...{ NODE_OPTIONS: '', API: first.url, DATA_DIR: first.dataDir },
    ...{ ADMIN_EMAIL: first.admin.email, ADMIN_PASSWORD: first.admin.password },
  }
  await run('sh', ['-c', await blockOf('README.md', 'flow')], { cwd: folder, env })
  const { stdout, stderr } = await run('sh', ['-ec', await blockOf('docs/operations.md', 'hour')], {
    ...{ cwd: folder, env, maxBuffer: 1e8 },
  })
  for (const line of [
    /^ada <ada@example\.org> user$/m,
    /^\{"complete":true,"rows":1\}$/m,
    /^uploaded,prepared,confirmed,rendered,published$/m,
    /^complete,1,/m,
    /^\{"complete":true,"rows":\d+\}$/m,
    /^1 upload of 1 user, 1 to take down; sha256 /m,
    /^0 waiting, 1 withdrawn, .*\nthe picture answers 410\n.*taken down$/m,
    /^total +1 +1 +1 /m,
    /^nothing failed, and nothing waits too long$/m,
    /^expired: 0$/m,
    /^media +expire-uploads /m,
    /^media: \{"whole":true,/m,
    /^ok +media +storage /m,
    /^missing: 0$/m,
  ])
    t.match(stdout, line, String(line))
  // A step that takes longer says how far it is.
  t.equal(stderr.replace(/^\d.* [\d,]+\/s\b.*\n/gm, ''), '')

  const restored = join(folder, 'restored')
  await mkdir(restored, { mode: 0o700 })
  await copyFile(join(first.dataDir, 'secrets.json'), join(restored, 'secrets.json'))
  await first.stop()
  const DATA_DIR = restored
  const databases = await launchLikeness(t, { DATA_DIR }, ['--databases'])
  await waitFor(() => databases.output().includes('The databases are ready'), { for: 'the databases' })
  const likeness = (...args: string[]) =>
    run(process.execPath, [programFile('likeness'), ...args], { cwd: folder, env: { ...env, DATA_DIR } })
  t.match((await likeness('restore', '--from', 'backups')).stdout, /^copied: \d\d$/m)
  t.equal(await databases.stop(), 0)

  const second = await startLikeness(t, { DATA_DIR })
  t.match((await likeness('audit', 'verify', '--against', 'seals.ndjson')).stdout, /^media: \{"whole":true,/m)
  const body = {
    login: 'ada',
    password: /"login":"ada","password":"([^"]+)"/.exec(await blockOf('README.md', 'flow'))?.[1] ?? '',
  }
  t.equal((await openCalls(second.url).call(sessions.logIn, { body })).status, 201)
  const trail = await readFile(join(folder, 'trail.ndjson'), 'utf8')
  const [, userId = ''] = /"name":"published".*?"userId":"([^"]+)"/.exec(trail) ?? []
  t.equal((await fetch(`${second.url}/v1/avatars/${userId}/1/256.webp`)).status, 410, 'still taken down')
})

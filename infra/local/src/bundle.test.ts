import { spawnSync } from 'node:child_process'
import { migrate } from '@likeness/accounts'
import { programFile, testDatabase } from '@likeness/test-kit'
import t from 'tap'

t.test('a stack of a bundled program names source files', async (t) => {
  const missing = new URL(await testDatabase(t, { name: 'bundle', migrate }))
  missing.pathname = '/no_such_database'
  const { status, stderr } = spawnSync(process.execPath, [programFile('accounts-worker')], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATABASE_URL: missing.href,
      QUEUE_URL: missing.href,
      PUBLIC_URL: 'http://likeness.test',
      MEDIA_URL: 'http://127.0.0.1:9',
      SERVICE_SECRET: 'a secret of this test, 32 characters or more',
      KEY_SECRET: 'another of this test, 32 characters or more',
    },
  })
  t.equal(status, 1)
  t.match(stderr, /"no_such_database" does not exist\n/)
  t.match(stderr, /^ +at async assertMigrated \(\S*packages\/runtime\/src\/migrations\.ts:\d+:\d+\)$/m)
  t.match(stderr, /^ +at async \S+ \(\S*services\/accounts\/src\/deps\.ts:\d+:\d+\)$/m)
})

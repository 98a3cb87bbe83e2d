import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
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

t.test('a stack of a test, which is bundled as well, names source files', (t) => {
  const [, first] = (new Error('here').stack ?? '').split('\n    at ')
  t.match(first, /infra\/local\/src\/bundle\.test\.ts:\d+:\d+\)$/)
  t.end()
})

/** The most code that each program may load at once, in KiB. A program that grows past it loads something new. */
const mostKib = {
  accounts: 3_700,
  'accounts-worker': 3_720,
  media: 3_220,
  'media-worker': 3_250,
  gateway: 2_000,
  'decode-child': 60,
  start: 380,
  likeness: 195,
}

t.test('each program loads no more at once than it needs', async (t) => {
  for (const [program, most] of Object.entries(mostKib)) {
    const kib = Math.ceil(codeOf(program).length / 1024)
    t.ok(kib <= most, `${program} loads ${kib} KiB, at most ${most}`)
  }
  const [gateway, media] = [codeOf('gateway'), codeOf('media')]
  // Words of pg, Kysely, BullMQ.
  for (const word of ['SASLInitialResponse', 'CompiledQuery', 'BullMQ']) {
    t.ok(media.includes(word), `media has ${word}`)
    t.notOk(gateway.includes(word), `the gateway has no ${word}`)
  }
  t.match(codeOf('decode-child'), 'from "sharp"')
  t.notMatch(codeOf('media-worker'), 'from "sharp"', 'its children decode')
})

t.test('a visit loads little, and the console only where it is opened', async (t) => {
  const { sizesOf } = (await import(
    new URL('../../../packages/web/sizes.mjs', import.meta.url).href
  )) as Sizes
  const folder = fileURLToPath(new URL('../../../packages/web/dist-app', import.meta.url))
  const { first, signedIn, pages } = sizesOf(folder)
  t.ok(first <= 45_000, `a first visit loads ${first} bytes`)
  t.ok(signedIn <= 75_000, `a visit of someone who is signed in loads ${signedIn} bytes`)
  for (const [page, bytes] of Object.entries(pages)) t.ok(bytes <= 50_000, `${page} loads ${bytes} bytes`)
  t.ok('uploads-page' in pages && 'console' in pages, 'the console is a part of its own')
})
type Sizes = {
  sizesOf: (folder: string) => { first: number; signedIn: number; pages: Readonly<Record<string, number>> }
}

/** All code that a program loads before it does anything: its first import, and what that imports statically. */
function codeOf(program: string): string {
  const seen = new Map<string, string>()
  const load = (file: string, imports: RegExp) => {
    if (seen.has(file)) return
    const code = readFileSync(file, 'utf8')
    seen.set(file, code)
    for (const [, path = ''] of code.matchAll(imports)) {
      load(fileURLToPath(new URL(path, pathToFileURL(file))), /^(?:import|export)\b[^;]*?"(\.[^"]+)";$/gm)
    }
  }
  load(programFile(program), /await import\("(\.[^"]+)"\)/g)
  return [...seen.values()].join('')
}

import t from 'tap'
import { type FileOutcome, TapReader } from './read-tap.js'

function read(report: string) {
  const files: FileOutcome[] = []
  const reader = new TapReader((outcome) => files.push(outcome))
  // As a pipe may cut it.
  for (const [line] of report.matchAll(/.*\n/g)) reader.write(line)
  return { files, brokenOff: reader.end() }
}

t.test('a failing file reports what failed, and only that', async (t) => {
  const report = `TAP version 14
# Subtest: a.test.ts
    # Subtest: outer
        ok 1 - fine
        # Subtest: inner
            not ok 1 - should be equal
              ---
              diff: |
                -2
                +1
              ...
            1..1
        not ok 2 - inner # time=2ms
          ---
          at:
            lineNumber: 2
          ...
        1..2
    not ok 1 - outer # time=3ms
      ---
      at:
        lineNumber: 1
      ...
    not ok 2 - at the root
      ---
      stack: |
        a.test.ts:4:3
      ...
    ok 3 - later # SKIP no Redis
    1..3
not ok 1 - a.test.ts # time=1500ms

1..1
`
  const { files } = read(report)
  t.strictSame(files, [
    {
      file: 'a.test.ts',
      seconds: 1.5,
      passed: 1,
      failed: 2,
      skipped: 1,
      reasons: ['no Redis'],
      tests: [],
      failures: [
        '  ✗ should be equal',
        '    diff:\n      -2\n      +1',
        '  ✗ at the root',
        '    stack: a.test.ts:4:3',
      ],
    },
  ])
})

t.test('tests that ran and passed are reported by their full names, and of which file', async (t) => {
  const report = `TAP version 14
# Subtest: a.test.ts
    # Subtest: the page \\# 1
        # Subtest: inner
            ok 1 - an assertion
            1..1
        ok 1 - inner # time=3ms

        # Subtest: broken
            not ok 1 - an assertion
            1..1
        not ok 2 - broken # time=3ms

        ok 3 - not here # SKIP no Redis
        1..3
    not ok 1 - the page \\# 1 # time=11.293ms

    # Subtest: alone
        ok 1 - alone
        1..1
    ok 2 - alone # time=1ms

    1..2
not ok 1 - a.test.ts # time=13ms

# Subtest: b.test.ts
    # Subtest: alone
        ok 1 - alone
        1..1
    ok 1 - alone # time=1ms
    1..1
ok 2 - b.test.ts # time=1ms

1..2
`
  t.strictSame(
    read(report).files.map(({ file, tests }) => [file, tests]),
    [
      ['a.test.ts', ['the page # 1 > inner', 'alone']],
      ['b.test.ts', ['alone']],
    ],
  )
})

t.test('a file whose teardown fails has failed, with what is said of it afterwards', async (t) => {
  const report = `TAP version 14
# Subtest: a.test.ts
    ok 1 - fine
    1..1
not ok 1 - a.test.ts # time=1ms

not ok 2 - teardown broke
  ---
  stack: |
    a.test.ts:4:3
  tapCaught: teardown
  ...
not ok 3 - a.test.ts # time=2ms
1..3
`
  t.match(read(report).files, [
    { file: 'a.test.ts', passed: 1, failed: 1, failures: [] },
    { file: 'a.test.ts', passed: 0, failed: 1, failures: ['  ✗ teardown broke', /4:3/, /tapCaught/] },
  ])
})

t.test('a file without a test has failed', async (t) => {
  const { files } = read(`TAP version 14
# Subtest: a.test.ts
    1..0
ok 1 - a.test.ts # time=1ms
1..1
`)
  t.match(files, [{ passed: 0, failed: 1, failures: ['  no test ran'] }])
})

t.test('a process that breaks off names its file, after those that ended', async (t) => {
  const report = `TAP version 14
# Subtest: a.test.ts
    ok 1 - fine
    1..1
ok 1 - a.test.ts # time=1ms

# Subtest: b.test.ts
    # Subtest: outer
        ok 1 - fine
        not ok 2 - worse
          ---
          stack: |
            b.test.ts:4:3
          ...
`
  const { files, brokenOff } = read(report)
  t.match(files, [{ file: 'a.test.ts', passed: 1, failed: 0 }])
  t.match(brokenOff, { file: 'b.test.ts', passed: 1, failed: 1, failures: ['  ✗ worse', /4:3/] })
})

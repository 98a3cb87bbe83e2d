import t from 'tap'
import { readTap } from './read-tap.js'

t.test('a failing file reports what failed, and only that', async (t) => {
  const report = `TAP version 14
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
# { total: 4, pass: 1, fail: 2, skip: 1 }
# time=5s
`
  t.strictSame(readTap(report), {
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
  })
})

t.test('tests that ran and passed are reported by their full names', async (t) => {
  const report = `TAP version 14
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
`
  t.strictSame(readTap(report).tests, ['the page # 1 > inner', 'alone'])
})

t.test('a file that ended too early counts nothing', async (t) => {
  const counted = { passed: 0, failed: 0, skipped: 0, reasons: [], tests: [], failures: [] }
  t.strictSame(readTap('TAP version 14\nok 1 - fine\n'), counted)
})

import t from 'tap'
import { readTap } from './read-tap.js'

async function* lines(text: string) {
  yield* text.split('\n')
}

t.test('a file that passes is one line, a file that fails says what failed', async (t) => {
  const report = `TAP version 14
1..3
# Subtest: a.test.ts
    ok 1 - fine
    ok 2 - later # SKIP no Redis
    1..2
ok 1 - a.test.ts # time=12.5ms

# Subtest: b.test.ts
    # Subtest: outer
        not ok 1 - should be equal
          ---
          diff: |
            -2
            +1
          ...
        1..1
    not ok 1 - outer # time=2ms
      ---
      at:
        lineNumber: 2
      ...
    1..1
not ok 2 - b.test.ts # time=3s
  ---
  exitCode: 1
  signal: null
  ...

# Subtest: c.test.ts
    1..0
not ok 3 - c.test.ts # time=1s
  ---
  exitCode: 7
  signal: null
  ...

# { total: 4, pass: 1, fail: 2, skip: 1 }
# time=5s`
  const printed: string[] = []
  const outcome = await readTap(lines(report), (line) => printed.push(line))
  t.strictSame(printed, [
    'ok   a.test.ts 12.5ms',
    'FAIL b.test.ts 3s',
    '  ✗ should be equal',
    '          diff: |\n            -2\n            +1',
    'FAIL c.test.ts 1s',
    '  exitCode: 7',
  ])
  t.strictSame(outcome, { passed: 1, failed: 2, skipped: 1, reasons: ['no Redis'] })
})

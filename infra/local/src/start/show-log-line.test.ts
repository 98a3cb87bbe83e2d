import t from 'tap'
import { showLogLine } from './show-log-line.js'

const time = new Date(2026, 0, 2, 3, 4, 5).getTime()

t.test('a line of pino shows time, part, level, message and the rest', async (t) => {
  const line = JSON.stringify({
    level: 40,
    time,
    pid: 1,
    hostname: 'h',
    name: 'media worker',
    job: 'x',
    n: { a: 1 },
    msg: 'failed',
  })
  t.equal(showLogLine('services', line, false), '03:04:05 media worker    warn  failed job=x n={"a":1}')
})

t.test('an error shows its stack below the line', async (t) => {
  const line = JSON.stringify({
    level: 50,
    time,
    msg: 'queue',
    err: { message: 'no', stack: 'Error: no\n  at x' },
  })
  t.equal(
    showLogLine('media', line, false),
    '03:04:05 media           error queue\n    Error: no\n      at x',
  )
})

t.test("a line that is not pino's JSON is shown as it is", async (t) => {
  for (const line of ['plain words', '{"half": ', '{"level":"loud"}']) {
    t.equal(showLogLine('accounts', line, false), `accounts        ${line}`)
  }
})

t.test('a terminal gets colours', async (t) => {
  t.match(showLogLine('media', JSON.stringify({ level: 50, time, msg: 'x' }), true), '\u001b[31merror')
})

import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { type Running, supervise } from './supervise.js'

/** A part that ends when the test says so. */
function part() {
  let end = (_reason: string) => {}
  const running: Running = {
    ended: new Promise((resolve) => {
      end = resolve
    }),
    stop: async () => end('stopped'),
  }
  return { running, end: (reason: string) => end(reason) }
}

t.test('each end is reported, and each restart waits longer than the one before', async (t) => {
  const lines: string[] = []
  const starts = [part(), part(), part()]
  let started = 0
  const start = async () => {
    const next = starts[started]
    started += 1
    // The second start fails at once.
    if (started === 2 || next === undefined) throw new Error('no luck')
    return next.running
  }
  const supervised = supervise('media', start, (line) => lines.push(line))
  await supervised.ready
  starts[0]?.end('exit code 7')
  await waitFor(() => lines.includes('media is back.'))
  await supervised.stop()
  t.strictSame(lines, [
    'media ended (exit code 7); starting it again in 0.25 s.',
    'media ended (no luck); starting it again in 0.5 s.',
    'media is back.',
  ])
  t.equal(started, 3)
})

t.test('a part that was never ready is not started again', async (t) => {
  let started = 0
  const supervised = supervise(
    'media',
    async () => {
      started += 1
      throw new Error('bad configuration')
    },
    () => t.fail('nothing to report'),
  )
  await t.rejects(supervised.ready, { message: 'bad configuration' })
  await supervised.stop()
  t.equal(started, 1)
})

t.test('stopping works while a part waits or starts', async (t) => {
  let aborted = false
  const first = part()
  let calls = 0
  const start = (signal: AbortSignal) => {
    calls += 1
    if (calls === 1) return Promise.resolve(first.running)
    return new Promise<Running>((_, reject) => {
      signal.addEventListener('abort', () => {
        aborted = true
        reject(new Error('aborted'))
      })
    })
  }
  const supervised = supervise('media', start, () => undefined)
  await supervised.ready
  first.end('SIGKILL')
  await waitFor(() => calls === 2)
  await supervised.stop()
  t.ok(aborted)
  t.equal(calls, 2)
})

import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { freePort, waitFor } from './processes.js'

t.test(
  'freePort gives ports that can be listened on, each once, and none that a connection may have',
  async (t) => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()))
    t.equal(new Set(ports).size, ports.length)
    for (const port of ports) {
      t.ok(port < 32_768)
      const server = createServer().listen(port, '127.0.0.1')
      await t.resolves(once(server, 'listening'))
      server.close()
    }
  },
)

t.test('freePort gives no port that another process of the run was given', async (t) => {
  const folder = t.testdir({})
  const { TEST_PORTS } = process.env
  t.teardown(() => Object.assign(process.env, { TEST_PORTS }))
  process.env.TEST_PORTS = folder
  for (let port = 12_000; port < 32_000; port += 1) writeFileSync(join(folder, String(port)), '')
  const port = await freePort()
  t.ok(port >= 32_000)
  t.ok(existsSync(join(folder, String(port))), 'and it is taken for all')
})

t.test('waitFor returns the first value that is not false, null or undefined', async (t) => {
  const answers = [false, null, undefined, 0]
  t.equal(await waitFor(() => answers.shift()), 0)
})

t.test('waitFor asks again after a fault, and names the last one when it gives up', async (t) => {
  let asked = 0
  const late = () => {
    asked += 1
    if (asked < 3) throw new Error('not yet')
    return asked
  }
  t.equal(await waitFor(late), 3)

  const never = () => {
    throw new Error('never')
  }
  await t.rejects(waitFor(never, { for: 'the moon', timeoutMs: 5 }), {
    message: 'Waited 0.005 s for the moon.',
    cause: { message: 'never' },
  })
})

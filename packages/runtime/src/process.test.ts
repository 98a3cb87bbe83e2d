import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t from 'tap'

const runtime = (file: string) => new URL(`../dist/${file}.js`, import.meta.url).href

/** A process of ours that runs `body` once it is open. */
function run(body: string) {
  const code = `
    import { parseConfig, ProcessConfig } from '${runtime('config')}'
    import { openLogger } from '${runtime('logger')}'
    import { runProcess } from '${runtime('process')}'
    const logger = openLogger('test', 'info')
    await runProcess(async () => ({ logger, close: async () => logger.info('closed') }))
    setInterval(() => undefined, 1000)
    ${body}`
  return spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH, NODE_OPTIONS: '' },
  })
}

/** All that it writes until it ends. */
const outputOf = async ({ stdout, stderr }: ReturnType<typeof run>) =>
  (await Promise.all([stdout, stderr].flatMap((stream) => (stream ? [text(stream)] : [])))).join('')

t.test('a process ends when the parent that forked it is gone', async (t) => {
  const child = run("process.send('open')")
  const output = outputOf(child)
  await once(child, 'message')
  child.disconnect()
  t.match(await output, /"msg":"closed"/)
})

t.test('a fatal error ends it even when nobody reads its output', async (t) => {
  const child = run("process.send('open'); process.once('message', () => { throw new Error('unexpected') })")
  await once(child, 'message')
  child.stdout?.destroy()
  child.stderr?.destroy()
  child.send('go')
  const [code] = (await once(child, 'exit')) as [number]
  t.equal(code, 1)
})

t.test('secrets in a log line are redacted', async (t) => {
  const child = run(`
    logger.info({ password: 'hunter2', user: { refreshToken: 'hunter2' }, req: { method: 'GET', url: '/a?token=hunter2', id: '1' } }, 'line')
    process.disconnect()`)
  const output = outputOf(child)
  t.match(await output, /\[redacted\]/)
  t.match(await output, /"path":"\/a"/)
  t.notMatch(await output, /hunter2/)
})

t.test(
  'an error in a log line has its plain fields and causes, and no object that hangs on it',
  async (t) => {
    const child = run(`
    const lost = Object.assign(new Error('connection lost', { cause: new Error('ended by an operator') }), {
      code: '57P01', client: { secretKey: 1234567, connectionParameters: { password: 'hunter2' } },
    })
    logger.error({ err: lost }, 'one')
    logger.warn({ err: new AggregateError([lost], 'all tries failed') }, 'several')
    process.disconnect()`)
    const lines = (await outputOf(child))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const lost = {
      type: 'Error',
      message: 'connection lost: ended by an operator',
      code: '57P01',
      stack: /caused by: Error: ended by an operator/,
    }
    t.match(lines[0].err, lost)
    t.match(lines[1].err, { type: 'AggregateError', message: 'all tries failed', errors: [lost] })
    t.notMatch(JSON.stringify(lines), /hunter2|1234567|secretKey/)
  },
)

t.test('every fault of a configuration is named at once, no value is', async (t) => {
  const child = run(`
    try {
      parseConfig(ProcessConfig, { PORT: 'hunter2', DATABASE_URL: 'mysql://hunter2', SERVICE_SECRET: 'hunter2' })
    } catch (error) {
      console.log(error.message)
    }
    process.disconnect()`)
  const output = outputOf(child)
  for (const line of [
    /PORT: /,
    /DATABASE_URL: must be a URL/,
    /SERVICE_SECRET: must have/,
    /QUEUE_URL is required/,
    /PUBLIC_URL is required/,
  ]) {
    t.match(await output, line)
  }
  t.notMatch(await output, /hunter2/)
})

t.test('a variable can be read from the file that NAME_FILE names', async (t) => {
  const folder = t.testdir({ secret: 'hunter2-hunter2-hunter2-hunter2-hunter2\n', short: 'hunter2' })
  const child = run(`
    const needed = { PORT: '0', DATABASE_URL: 'postgres://db', QUEUE_URL: 'postgres://db', PUBLIC_URL: 'https://likeness.test' }
    const good = parseConfig(ProcessConfig, { ...needed, SERVICE_SECRET_FILE: '${folder}/secret' })
    console.log('length', good.SERVICE_SECRET.length)
    for (const env of [
      { SERVICE_SECRET_FILE: '${folder}/none' },
      { SERVICE_SECRET_FILE: '${folder}/short' },
      { SERVICE_SECRET: 'x'.repeat(32), SERVICE_SECRET_FILE: '${folder}/secret' },
    ]) {
      try {
        parseConfig(ProcessConfig, { ...needed, ...env })
      } catch (error) {
        console.log(error.faults.join())
      }
    }
    process.disconnect()`)
  const output = await outputOf(child)
  t.match(output, /^length 39$/m)
  t.match(output, /^SERVICE_SECRET_FILE: the file cannot be read \(ENOENT\)$/m)
  t.match(output, /^SERVICE_SECRET: must have at least 32 characters$/m)
  t.match(output, /^SERVICE_SECRET and SERVICE_SECRET_FILE: only one of them may be set$/m)
  t.notMatch(output, /hunter2/)
})

t.test('a line break in what is logged stays in its line', async (t) => {
  const child = run(`
    logger.warn({ userAgent: 'a\\n{"level":60,"msg":"made up"}' }, 'one\\nline')
    process.disconnect()`)
  const lines = (await outputOf(child)).trim().split('\n')
  t.match(
    lines.map((line) => JSON.parse(line) as unknown),
    [{ msg: 'one\nline', userAgent: /made up/ }, { msg: 'closed' }],
  )
  t.equal(lines.length, 2)
})

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { noChromium, openBrowser, usePage } from '@likeness/local/testing/page'
import { startLikeness } from '@likeness/local/testing/start'
import { freePort, programFile, waitFor } from '@likeness/test-kit'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { shows } from './testing/seen-colours.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const document = await readFile(join(root, 'docs/adopt/your-own-login.md'), 'utf8')

/** The commands of the page, by the name after their language. */
const commands = new Map(
  [...document.matchAll(/^```sh(?: (\w+))?\n(.*?)\n```$/gms)].map(([, name = 'install', code = '']) => [
    name,
    code,
  ]),
)
const teal = [20, 140, 150]

/** Does what the page says in a new folder, with free ports in place of those of the page. */
async function followThePage(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-product-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const [pictures, shop, login] = [await freePort(), await freePort(), await freePort()]
  const ports: Readonly<Record<string, number>> = { 8080: pictures, 3000: shop, 4000: login }
  const adapt = (text: string) =>
    text.replace(/(?<=http:\/\/127\.0\.0\.1:)(8080|3000|4000)/g, (port) => String(ports[port]))
  for (const [, path = '', code = ''] of document.matchAll(/<!-- from (\S+) -->\n\n```\w+\n(.*?)\n```\n/gs))
    await writeFile(join(folder, basename(path)), adapt(`${code}\n`))
  // In place of npm, which needs a registry.
  await symlink(join(root, 'examples/product/node_modules'), join(folder, 'node_modules'))

  const [line = '', program] = adapt(commands.get('likeness') ?? '').split(' \\\n  ')
  t.equal(program, 'npm --prefix "$LIKENESS" start')
  const settings = [...line.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [
    name,
    value.replace('$PWD', folder),
  ])
  const likeness = await startLikeness(t, { ...Object.fromEntries(settings), PORT: String(pictures) })

  /** Runs commands of the page, until the test ends. @returns what they have printed so far */
  const run = (name: string): (() => string) => {
    const code = adapt(commands.get(name) ?? '').replace('$LIKENESS/.likeness', likeness.dataDir)
    const env = { ...process.env, LIKENESS: root }
    const child = spawn('sh', ['-c', code], { cwd: folder, env, detached: true })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    t.teardown(() => end(child))
    return () => output
  }
  run('login')
  const discovery = `http://127.0.0.1:${login}/.well-known/openid-configuration`
  await waitFor(async () => (await fetch(discovery).catch(() => undefined))?.ok, { for: 'the login' })
  const output = run('shop')
  await waitFor(() => output().includes('The shop is open'), { for: `the shop: ${output()}` })
  return { likeness, shop: `http://127.0.0.1:${shop}`, output }
}

/** Ends a shell with what it started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const ended = once(child, 'close')
  process.kill(-child.pid)
  await ended
}

t.test('the page names what the example depends on', async (t) => {
  const { dependencies } = JSON.parse(await readFile(join(root, 'examples/product/package.json'), 'utf8'))
  const names = Object.entries(dependencies).map(([name, version]) => `${name}@${String(version)}`)
  t.match(document, `npm init -y && npm install ${names.join(' ')}\n`)
})

t.test('a product with a login of its own, by following one page', { skip: noChromium }, async (t) => {
  const { likeness, shop, output } = await followThePage(t)
  const { url } = likeness
  const picture = await sharp({
    create: { width: 400, height: 300, channels: 3, background: { r: 20, g: 140, b: 150 } },
  })
    .png()
    .toBuffer()
  await usePage(t, await openBrowser(), shop, async (t, page) => {
    await page.getByLabel('Your name').fill('ana "<b>"')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('ana "<b>"').waitFor()
    await page.locator('#mine img:not(.absent)').waitFor()

    await page.getByRole('button', { name: 'Change the picture' }).click()
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: picture })
    await page.getByRole('button', { name: 'Use this picture' }).click()
    await page.getByRole('button', { name: 'Done' }).click()
    for (const selector of ['#mine', 'header likeness-avatar']) await shows(page, selector, teal)
    await page.reload()
    for (const selector of ['#mine', 'header likeness-avatar']) await shows(page, selector, teal)
    await waitFor(() => output().includes('avatar.published of ana "<b>"\n'), { for: 'the webhook' })

    const stable = `${url}/v1/avatars/by/shop/${encodeURIComponent('ana "<b>"')}?size=64&format=jpeg`
    const { channels } = await sharp(await (await fetch(stable)).arrayBuffer()).stats()
    t.ok(channels.every(({ mean }, index) => Math.abs(mean - (teal[index] ?? 0)) < 5))

    const token = String(
      await page.evaluate("fetch('/token', { method: 'POST' }).then((answer) => answer.text())"),
    )
    const env = { PATH: process.env.PATH, DATA_DIR: likeness.dataDir }
    const run = async (...args: string[]) =>
      (await promisify(execFile)(process.execPath, [programFile('likeness'), ...args], { env })).stdout
    const told = await run('doctor', '--token', token)
    t.match(told, /^ok .* aud /m)
    t.notMatch(told, 'MEND')
    const { tasks } = JSON.parse(await run('upkeep', '--json')) as { tasks: { service: string }[] }
    t.strictSame([...new Set(tasks.map(({ service }) => service))], ['media'])
    await t.rejects(run('users', 'list'), /npm start runs no accounts here/)
  })

  const accounts = await fetch(`${url}/v1/me`)
  t.strictSame([accounts.status, ((await accounts.json()) as { code: string }).code], [404, 'no-accounts'])
  t.equal(new URL((await fetch(url)).url).pathname, '/docs/')
  t.notMatch(likeness.output(), /page|administrator|accounts/)
})

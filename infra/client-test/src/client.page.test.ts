import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createClient, createSession, inMemory, isProblem, type Kept, uploads } from '@likeness/client'
import { serveLikeness } from '@likeness/local/testing'
import { serveEmptyPage } from '@likeness/local/testing/other-origin'
import { noChromium, openBrowser } from '@likeness/local/testing/page'
import { startS3 } from '@likeness/storage/testing'
import type { Page } from 'playwright-core'
import { build } from 'rolldown'
import t from 'tap'
import { openProxy } from './testing/open-proxy.js'
import { type ReadmeExample, writeReadmeExample } from './testing/readme-example.js'

const product = await serveEmptyPage(t)
const s3 = await startS3(t)
const { url, admin } = await serveLikeness(t, {
  STORAGE_URL: s3.url('pictures/page'),
  CORS_ORIGINS: `http://localhost:${product},http://127.0.0.1:${product}`,
})
const example = await writeReadmeExample()
const photo = await readFile(new URL('../../../docs/example/phone-photo.jpg', import.meta.url))
const credentials = { login: admin.email, password: admin.password }
const variant = /\/v1\/avatars\/[\da-f-]{36}\/\d+\/256\.webp$/

t.test('the example of the README, in Node', async (t) => {
  const { changeAvatar } = (await import(example.href)) as ReadmeExample
  const shares: number[] = []
  const file = new Blob([photo], { type: 'image/jpeg' })
  const onProgress = (share: number) => shares.push(share)
  const address = await changeAvatar({ url, ...credentials, file, onProgress })
  t.match(address, variant)
  t.match(await fetch(address ?? ''), { status: 200 })
  t.equal(shares.at(-1), 1)
})

t.test('a session of a program: one refresh for all, kept across restarts, and ended', async (t) => {
  const proxy = await openProxy(t, url)
  let kept: Kept | undefined
  const store = {
    read: () => kept,
    write: (next: Kept | undefined) => {
      kept = next
    },
  }
  const open = () => createSession({ url: proxy.url, mode: 'bearer', store })
  const first = open()
  await t.rejects(first.logIn({ ...credentials, password: 'not this one' }), { code: 'invalid-credentials' })
  t.same(first.state(), { status: 'signed-out', expired: false })
  t.match(await first.logIn(credentials), { email: admin.email })
  const { refreshToken } = kept ?? {}
  t.match(refreshToken, /^lkr_/)

  const restarted = open()
  t.match(restarted.state(), { status: 'signed-in' })
  const client = createClient({ url: proxy.url, getToken: restarted.getToken })
  await Promise.all(Array.from({ length: 10 }, () => uploads.list(client)))
  const refreshes = () => proxy.seen.filter(({ request }) => request === 'POST /v1/sessions/refresh').length
  t.equal(refreshes(), 1, 'one for all')
  t.not(kept?.refreshToken, refreshToken, 'and the next token is kept')

  proxy.decide = () => 'lose'
  await t.rejects(restarted.logOut(), { code: 'unreachable' })
  t.match(restarted.state(), { status: 'signed-in' }, 'the server knows nothing of it yet')
  proxy.decide = () => 'pass'
  await restarted.logOut()
  t.same([restarted.state(), kept], [{ status: 'signed-out', expired: false }, undefined])
  const ended = await uploads.list(client).catch((thrown: unknown) => thrown)
  t.ok(isProblem(ended, 'session-ended'))

  // A server that renders pages loads their modules too.
  const rendering = createSession({ url, mode: 'cookie' })
  t.match(rendering.state(), { status: 'signed-out' })

  const foreign = inMemory()
  foreign.write({ userId: 'someone', refreshToken: 'lkr_rubbish' })
  const stale = createSession({ url, mode: 'bearer', store: foreign })
  const told: unknown[] = []
  stale.subscribe(() => told.push(stale.state()))
  await t.rejects(Promise.resolve(stale.getToken()), { code: 'session-ended' })
  t.same(told, [{ status: 'signed-out', expired: true }])
})

/** The client and the example, as a bundle that sets `likeness` for the scripts of a page. */
async function bundleForPages(): Promise<string> {
  const { output } = await build({
    input: 'entry',
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    platform: 'browser',
    write: false,
    output: { format: 'iife', name: 'likeness' },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) =>
          id === 'entry'
            ? `export * from '@likeness/client'\nexport * from ${JSON.stringify(fileURLToPath(example))}`
            : null,
      },
    ],
  })
  return `(() => { ${output[0].code}; globalThis.likeness = likeness })()`
}

/** Runs code in a page that has the client, the picture as `file`, and an account as `credentials`. */
const inPage = (page: Page, code: string): Promise<unknown> =>
  page.evaluate(`(async () => {
    const { createSession, createClient, uploads, changeAvatar } = likeness
    const file = new File([Uint8Array.from(atob('${photo.toString('base64')}'), (c) => c.charCodeAt(0))], 'me.jpg', { type: 'image/jpeg' })
    const credentials = ${JSON.stringify(credentials)}
    ${code}
  })()`)

t.test('in Chromium', { skip: noChromium }, async (t) => {
  const browser = await openBrowser()
  const script = await bundleForPages()
  const context = await browser.newContext()
  t.teardown(() => context.close())
  const open = async (address: string) => {
    const page = await context.newPage()
    page.setDefaultTimeout(10 * 60_000)
    await page.goto(address)
    await page.evaluate(script)
    return page
  }

  // A page of the origin that has no session of its own.
  const bare = `${url}/favicon.svg`

  await t.test('the example of the README, in a page of another site', async (t) => {
    const page = await open(`http://localhost:${product}`)
    const [address, shares] = (await inPage(
      page,
      `const shares = []
       const onProgress = (share) => shares.push(share)
       return [await changeAvatar({ url: '${url}', ...credentials, file, onProgress }), shares]`,
    )) as [string, number[]]
    t.match(address, variant)
    t.equal(shares.at(-1), 1)
    await page.close()
  })

  await t.test('a page of another port of this site keeps a session in cookies', async (t) => {
    const page = await open(`http://127.0.0.1:${product}`)
    const steps = await inPage(
      page,
      `const open = () => createSession({ url: '${url}', mode: 'cookie' })
       await open().logIn(credentials)
       const session = open()
       const client = createClient({ url: '${url}', getToken: session.getToken })
       const { id } = await uploads.send(client, file)
       const { previewUrl } = await uploads.preview(client, id)
       await uploads.discard(client, id)
       await session.logOut()
       return [previewUrl !== null, session.state().status, Object.keys(localStorage)]`,
    )
    t.same(steps, [true, 'signed-out', []])
    await page.close()
  })

  await t.test(
    'a page sends straight to a bucket that lists its origin, else through the server',
    async (t) => {
      const sendFrom = async (origin: string) => {
        const page = await open(origin)
        const sent: string[] = []
        page.on(
          'request',
          (request) => request.method() === 'POST' && sent.push(request.url().split('?')[0] ?? ''),
        )
        const [share, status] = (await inPage(
          page,
          `const session = createSession({ url: '${url}', mode: 'bearer' })
         await session.logIn(credentials)
         const client = createClient({ url: '${url}', getToken: session.getToken })
         let share = 0
         const { id } = await uploads.send(client, file, { direct: true, onProgress: (now) => { share = now } })
         return [share, (await uploads.confirm(client, id)).status]`,
        )) as [number, string]
        await page.close()
        t.strictSame([share, status], [1, 'published'], origin)
        return {
          toBucket: sent.includes(`${s3.endpoint}/pictures`),
          toServer: sent.includes(`${url}/v1/uploads`),
        }
      }
      s3.objects.corsOrigins = [`http://localhost:${product}`]
      t.strictSame(await sendFrom(`http://localhost:${product}`), { toBucket: true, toServer: false })
      t.match(await sendFrom(`http://127.0.0.1:${product}`), { toServer: true })
    },
  )

  await t.test('tabs share a session in cookies, and never use a refresh token twice', async (t) => {
    const tabs = await Promise.all([open(bare), open(bare), open(bare)])
    const [one] = tabs
    if (!one) throw new Error('no tab')
    // The clock of this device is a day later at each look.
    const opened = `
      let day = 0
      Date.now = () => (day += 86_400_000)
      globalThis.session ??= createSession({ mode: 'cookie' })
      globalThis.client ??= createClient({ getToken: session.getToken })`
    await inPage(one, `${opened}; await session.logIn(credentials)`)
    t.equal(await one.evaluate('document.cookie'), '')
    const refreshes: number[] = []
    for (const tab of tabs) {
      tab.on('response', (response) => {
        if (response.url().endsWith('/v1/sessions/refresh')) refreshes.push(response.status())
      })
    }
    for (const tab of tabs) await tab.reload().then(() => tab.evaluate(script))
    const states = await Promise.all(
      tabs.map((tab) =>
        inPage(
          tab,
          `${opened}
           await Promise.all(Array.from({ length: 5 }, () => uploads.list(client)))
           return session.state().status`,
        ),
      ),
    )
    t.same(states, ['signed-in', 'signed-in', 'signed-in'])
    t.ok(
      refreshes.every((status) => status === 200),
      'none was refused',
    )
    t.equal(refreshes.length, 3, 'one for each tab, whatever the clock says')
    await inPage(one, `await session.logOut()`)
    const left = await inPage(
      tabs[1] ?? one,
      `if (session.state().status === 'signed-in') await new Promise((left) => session.subscribe(left))
       return session.state()`,
    )
    t.same(left, { status: 'signed-out', expired: false }, 'and the others follow a log-out')
    await Promise.all(tabs.map((tab) => tab.close()))
  })

  await t.test('a network that changes in between leaves one upload', async (t) => {
    const page = await open(bare)
    await inPage(
      page,
      `globalThis.session = createSession({ mode: 'cookie' })
       await session.logIn(credentials)
       globalThis.client = createClient({ getToken: session.getToken })
       globalThis.before = (await uploads.list(client, { limit: 100 })).items.length`,
    )
    await page.exposeFunction('online', () => context.setOffline(false))
    // The answer is lost once; the next try meets no network at all.
    let answers = 0
    await page.route('**/v1/uploads?*', async (route) => {
      if (route.request().method() !== 'POST') return route.continue()
      answers += 1
      if (answers > 1) return route.continue()
      await route.fetch()
      await context.setOffline(true)
      return route.abort('connectionreset')
    })
    const [retries, upload, more] = (await inPage(
      page,
      `const retries = []
       const onRetry = async ({ code }) => { retries.push(code); if (retries.length === 2) await online() }
       const upload = await uploads.send(client, file, { onRetry, retries: 9 })
       return [retries, upload, (await uploads.list(client, { limit: 100 })).items.length - before]`,
    )) as [string[], { status: string }, number]
    t.match(retries, ['unreachable'])
    t.equal(upload.status, 'pending')
    t.equal(more, 1)
    await page.close()
  })
})

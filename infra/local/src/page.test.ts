import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessions, uploads, users } from '@likeness/contracts/endpoints'
import type { Page, Request } from 'playwright-core'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import {
  assertAccessible,
  mayRefuse,
  mayTell,
  noChromium,
  openBrowser,
  usePage,
} from './testing/open-page.js'
import { flowFromElsewhere, serveEmptyPage } from './testing/other-origin.js'
import {
  alert,
  drop,
  fillIn,
  logIn,
  logOut,
  longer,
  openNetwork,
  password,
  register,
  signedIn,
  tabTo,
} from './testing/page-steps.js'
import { serveLikeness } from './testing/serve-likeness.js'

/** A progress bar past its beginning. */
const started = '[aria-valuenow]:not([aria-valuenow="0"])'
const red = [220, 30, 30] as const
const green = [30, 160, 60] as const
const blue = [30, 60, 220] as const
const yellow = [240, 210, 40] as const
type Colour = typeof red | typeof green | typeof blue | typeof yellow

t.test('the page', { skip: noChromium }, async (t) => {
  const product = await serveEmptyPage(t)
  const stranger = await serveEmptyPage(t)
  const listed = [`http://localhost:${product}`, `http://127.0.0.1:${product}`]
  const { url, admin } = await serveLikeness(t, { CORS_ORIGINS: listed.join() })
  const browser = await openBrowser()
  const portrait = await photo()
  const test = (name: string, body: (t: Test, page: Page) => Promise<void>) =>
    t.test(name, (t) => usePage(t, browser, url, body))

  await test('a dropped photo becomes the avatar, framed with the keyboard', async (t, page) => {
    await assertAccessible(t, page, 'welcome')
    await register(page, 'ada')
    await assertAccessible(t, page, 'choosing')
    await drop(page, { name: 'Ada.jpg', type: 'image/jpeg', bytes: portrait })

    const frame = page.getByLabel('Move the picture behind the frame')
    await frame.focus()
    await assertAccessible(t, page, 'framing')
    // The picture goes down behind the frame, until the frame has its upper end.
    for (let count = 0; count < 20; count += 1) await page.keyboard.press('ArrowDown')
    await page.getByLabel('Description').fill('Four fields of colour')
    await page.keyboard.press('Enter')
    await page.getByText('Your new avatar is live').waitFor()

    const avatar = page.getByRole('img', { name: 'Four fields of colour' })
    await avatar.waitFor()
    // A square of 600 × 900 from the top: the colours change at three quarters of its height.
    await assertPixels(t, `${url}${await avatar.getAttribute('src')}`, [
      [0.25, 0.25, red],
      [0.75, 0.25, green],
      [0.25, 0.6, red],
      [0.25, 0.9, blue],
      [0.75, 0.9, yellow],
    ])
    t.strictSame(
      await page.getByLabel('Sizes in pixels').getByRole('link').allTextContents(),
      ['512', '256', '128', '64', '32'].map((size) => `${size} pixels, opens in a new tab`),
    )
    await assertAccessible(t, page, 'published')

    await page.reload()
    await avatar.waitFor()
    await t.resolves(
      page.evaluate('Promise.all([...document.images].map((image) => image.decode()))'),
      'every size of it is a picture',
    )
  })

  await test('the keyboard alone is enough, from registering to the avatar', async (t, page) => {
    const file = { name: 'Grace.jpg', mimeType: 'image/jpeg', buffer: portrait }
    page.on('filechooser', (chooser) => void chooser.setFiles(file))
    await page.getByLabel('Username').focus()
    for (const text of ['grace', 'grace@likeness.test', password]) {
      await page.keyboard.type(text)
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    await tabTo(page, 'Choose a picture')
    await page.keyboard.press('Enter')

    await tabTo(page, 'Zoom in')
    for (let count = 0; count < 4; count += 1) await page.keyboard.press('Enter')
    for (const name of ['Move left', 'Move down']) {
      await tabTo(page, name)
      for (let count = 0; count < 30; count += 1) await page.keyboard.press('Space')
    }
    // Half the width and a third of the height, from the upper right.
    await page.getByText('300 × 300 px of 600 × 900', { exact: true }).waitFor()
    await tabTo(page, 'Use this picture')
    await page.keyboard.press('Enter')
    const avatar = page.getByRole('img', { name: 'Avatar of grace' })
    await avatar.waitFor()
    const everywhere = [0.02, 0.5, 0.98].flatMap((x) => [0.02, 0.5, 0.98].map((y) => [x, y, green] as const))
    await assertPixels(t, `${url}${await avatar.getAttribute('src')}`, everywhere)
  })

  await test('an upload waits through a reload until it is discarded', async (t, page) => {
    await register(page, 'alan')
    await choose(page, 'Alan.jpg', portrait)
    const confirm = page.getByRole('button', { name: 'Use this picture' })
    await confirm.waitFor()
    await page.reload()
    await confirm.waitFor()
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByText('Discarded. Your avatar stays as it is.').waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Choose a picture' }).waitFor()
    await t.resolves(page.getByRole('img', { name: 'No picture yet' }).waitFor())
  })

  await test('an unusable file is refused with the reason', async (t, page) => {
    mayRefuse(page, [415, uploads.create])
    await register(page, 'joan')
    const posts: string[] = []
    page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()))

    await choose(page, 'huge.jpg', Buffer.alloc(10 * 1024 * 1024 + 1))
    await alert(page, 'This picture is too large', 'at most 10 MB can be sent')
    t.strictSame(posts, [], 'it was not sent')

    await choose(page, 'page.png', Buffer.from('<!doctype html><title>Not a picture</title>'))
    await alert(page, 'This kind of file is not accepted', 'HTML')

    await choose(page, 'broken.jpg', portrait.subarray(0, Math.floor(portrait.length / 3)))
    await alert(page, 'This picture cannot be used', 'damaged or incomplete')
    await assertAccessible(t, page, 'an error')

    await page.getByRole('button', { name: 'Choose a picture' }).waitFor()
    await choose(page, 'whole.jpg', portrait)
    await page.getByRole('button', { name: 'Use this picture' }).waitFor()
  })

  await test('a picture over a limit can be made smaller in the browser', async (t, page) => {
    mayRefuse(page, [422, uploads.create])
    await register(page, 'margaret')
    const shrink = page.getByRole('button', { name: 'Make it smaller and send' })
    const heavy = await heavyPhoto()
    t.ok(heavy.length > 10 * 1024 * 1024)
    await choose(page, 'Margaret.jpg', heavy)
    await alert(page, 'This picture is too large', 'A smaller copy can be made here')
    await assertAccessible(t, page, 'the offer')
    await shrink.click()
    await page.getByText('1800 × 1800 px of 1800 × 2700', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Use this picture' }).click()
    await page.getByText('Your new avatar is live').waitFor()
    const avatar = page.getByRole('img', { name: 'Avatar of margaret' })
    // Upright, and the middle of it.
    await assertPixels(t, `${url}${await avatar.getAttribute('src')}`, [
      [0.25, 0.25, red],
      [0.75, 0.25, green],
      [0.25, 0.75, blue],
      [0.75, 0.75, yellow],
    ])

    const before = await avatar.getAttribute('src')
    // Half of it is transparent, and no less so afterwards.
    const half = sharp({ create: { width: 1600, height: 1700, channels: 4, background: '#0000' } }).composite(
      [
        {
          input: { create: { width: 800, height: 1700, channels: 4, background: '#dc1e1e' } },
          left: 0,
          top: 0,
        },
      ],
    )
    await choose(page, 'Half.png', await half.png({ compressionLevel: 0 }).toBuffer())
    await shrink.click()
    await page.getByText('1600 × 1600 px of 1600 × 1700', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Use this picture' }).click()
    await page.getByText('Your new avatar is live').waitFor()
    // Only then does the card request its picture again.
    await page.locator(`img[alt="Avatar of margaret"]:not([src="${before}"])`).waitFor()
    const shown = await fetch(`${url}${await avatar.getAttribute('src')}`)
    const { data, info } = await sharp(Buffer.from(await shown.arrayBuffer()))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const alphaAt = (x: number) => data[(Math.floor(info.height / 2) * info.width + x) * 4 + 3]
    t.strictSame([alphaAt(10), alphaAt(info.width - 10)], [255, 0])

    // Only the server finds too many pixels.
    const wide = sharp({ create: { width: 12_000, height: 4_200, channels: 3, background: '#1e3cdc' } })
    await choose(page, 'Wide.png', await wide.toColourspace('b-w').png().toBuffer())
    await alert(page, 'The image has too many pixels', '50000000')
    await shrink.click()
    await page.getByText(/^\d+ × \d+ px of 4096 × 1434$/).waitFor()
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByText('Discarded. Your avatar stays as it is.').waitFor()

    await choose(page, 'Broken.jpg', Buffer.alloc(11 * 1024 * 1024, 1))
    await shrink.click()
    await alert(page, 'This picture cannot be made smaller here', 'save it smaller')
  })

  await test('an upload under way shows its progress and can be cancelled', async (t, page) => {
    await register(page, 'donald')
    const network = await openNetwork(page)
    await network({ up: 50_000 })
    await choose(page, 'Donald.jpg', longer(portrait, 8_000_000))
    await page.getByRole('progressbar', { name: 'Sending Donald.jpg' }).and(page.locator(started)).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Discarded. Your avatar stays as it is.').waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Choose a picture' }).waitFor()
    t.pass('nothing of it was left')
  })

  await test('a connection lost while sending is tried again with the same file', async (t, page) => {
    mayRefuse(page, ['net::ERR_CONNECTION_RESET', uploads.create])
    await register(page, 'edsger')
    const keys: (string | undefined)[] = []
    const isUpload = (request: Request) =>
      request.method() === 'POST' && request.url().includes(`${uploads.create.path}?`)
    page.on('request', (request) => isUpload(request) && keys.push(request.headers()['idempotency-key']))
    await page.route(`**${uploads.create.path}?*`, (route) => route.abort('connectionreset'), { times: 1 })
    await choose(page, 'Edsger.jpg', portrait)
    await alert(page, 'The server cannot be reached', 'Check your connection')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('600 × 600 px of 600 × 900', { exact: true }).waitFor()
    t.match(keys, [/^[0-9a-f]{32}$/, keys[0]], 'under the same key, so that it cannot be stored twice')

    const confirmations: string[] = []
    page.on('request', (request) => request.url().endsWith('/confirm') && confirmations.push(request.url()))
    await page.getByRole('button', { name: 'Use this picture' }).dblclick()
    await page.getByRole('img', { name: 'Avatar of edsger' }).waitFor()
    t.equal(confirmations.length, 1, 'a double click confirms once')

    await assertAccessible(t, page, 'an offer to undo')
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Undone. Your avatar is as it was before.').waitFor()
    await t.resolves(page.getByRole('img', { name: 'No picture yet' }).waitFor())
  })

  await test('a part of the page that does not come is told, and comes with a reload', async (t, page) => {
    const part = '**/assets/history-page-*'
    mayTell(page, /status of 404|Failed to fetch dynamically imported module/)
    await register(page, 'vera')
    await page.route(part, (route) => route.fulfill({ status: 404 }))
    await page.getByRole('link', { name: 'History' }).click()
    await alert(page, 'This page could not be shown', 'a new version is there')
    await page.unroute(part)
    await page.getByRole('button', { name: 'Reload' }).click()
    await t.resolves(page.getByRole('heading', { level: 1, name: 'History' }).waitFor())
  })

  await test('an ended session asks to log in, and the upload is still there', async (t, page) => {
    mayRefuse(page, [401, sessions.refresh])
    await register(page, 'barbara')
    await choose(page, 'Barbara.jpg', portrait)
    await page.getByRole('button', { name: 'Use this picture' }).waitFor()
    await page.context().clearCookies()
    await page.reload()
    await alert(page, 'Your session has ended', 'Log in again')
    await logIn(page, 'barbara@likeness.test')
    await page.getByRole('button', { name: 'Use this picture' }).waitFor()

    await logOut(page)
    await page.reload()
    await t.resolves(
      page.getByRole('heading', { name: 'Create your account' }).waitFor(),
      'and logging out stays',
    )
  })

  await test('no script can read what keeps a session, and it lasts across reloads', async (t, page) => {
    const { hostname, port } = new URL(url)
    // Another name of the same machine, which people may type.
    await page.goto(`http://localhost:${port}/`)
    t.not(hostname, 'localhost')
    await register(page, 'radia')
    t.equal(await page.evaluate('document.cookie'), '')
    t.match(await page.evaluate('Object.entries(localStorage)'), [['likeness.user', /^[\da-f-]{36}$/]])
    t.match(await page.context().cookies(`http://localhost:${port}${sessions.logIn.path}`), [
      { value: /^lkr_/, httpOnly: true, sameSite: 'Strict', path: sessions.logIn.path },
    ])
    for (let count = 0; count < 2; count += 1) {
      await page.reload()
      await signedIn(page)
    }

    mayRefuse(page, ['net::ERR_INTERNET_DISCONNECTED', sessions.logOut])
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Log out' }).click()
    await alert(page, 'The server cannot be reached', 'Check your connection')
    await page.context().setOffline(false)
    await logOut(page)
    const kept = await page.context().cookies(`http://localhost:${port}${sessions.logIn.path}`)
    t.same(
      kept.map(({ name }) => name),
      ['likeness-device'],
      'the device stays known, but has no access',
    )
    t.same(await page.evaluate('Object.entries(localStorage)'), [])
  })

  await t.test('a page of a listed origin can do everything, one of another origin nothing', async (t) => {
    const from = async (origin: string, cookie: boolean) => {
      const context = await browser.newContext()
      try {
        const page = await context.newPage()
        await page.goto(origin)
        const { email: login, password } = admin
        return await flowFromElsewhere(page, { api: url, login, password, cookie })
      } finally {
        await context.close()
      }
    }
    const all = [
      'log in 201',
      'upload 201',
      'location true',
      'event preview',
      'preview 64 × 48',
      'confirm true',
      'avatar 200',
    ]
    // Another site keeps tokens and follows by a ticket; another port of this one may keep a session in cookies.
    t.strictSame(await from(`http://localhost:${product}`, false), { steps: all })
    t.strictSame(await from(`http://127.0.0.1:${product}`, true), { steps: all })
    t.strictSame(await from(`http://localhost:${stranger}`, false), {
      steps: [],
      fault: 'TypeError: Failed to fetch',
    })
    t.strictSame(await from(`http://127.0.0.1:${stranger}`, true), {
      steps: [],
      fault: 'TypeError: Failed to fetch',
    })
  })

  await test('forms say what is wrong and how long to wait', async (t, page) => {
    mayRefuse(
      page,
      [422, users.register],
      [400, users.register],
      [401, sessions.logIn],
      [429, sessions.logIn],
    )
    t.equal(await page.getByLabel('Username').getAttribute('spellcheck'), 'false', 'a name is no word')
    await page.getByRole('button', { name: 'Create account' }).click()
    const unfilled = page.getByText('Please fill this in', { exact: true })
    await unfilled.first().waitFor()
    t.equal(await unfilled.count(), 3, 'once at each field')
    t.equal(await page.evaluate('document.activeElement.name'), 'username', 'the first one has focus')
    await fillIn(page, 'linus', 'password1')
    await page.getByRole('textbox', { name: 'Password' }).and(page.locator('[aria-invalid]')).waitFor()
    await assertAccessible(t, page, 'a form with errors')

    await page.getByLabel('Type of account').selectOption('Vendor')
    const business = page.getByLabel('Business name')
    await page.getByLabel('Vat number (optional)').waitFor()
    await fillIn(page, 'linus', password)
    await business.and(page.locator('[aria-invalid]')).waitFor()
    await page.getByText('is required', { exact: true }).waitFor()
    await business.fill('Plums & Co')
    await page.getByRole('button', { name: 'Create account' }).click()
    await signedIn(page)
    await logOut(page)

    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByLabel('E-mail or username').fill('nobody')
    await page.getByLabel('Password').fill('not the password')
    const submit = page.getByRole('button', { name: 'Log in', exact: true })
    await submit.click()
    await alert(page, 'Incorrect credentials', 'wrong')
    for (let count = 0; count < 5; count += 1) {
      const answered = page.waitForResponse(`**${sessions.logIn.path}?*`)
      await submit.click()
      await answered
    }
    await alert(page, 'Too many requests', /in \d+ seconds/)
  })
})

/** A portrait of four fields, 600 × 900 or a multiple of it, stored lying on its side as phones do (EXIF orientation 6). */
async function photo(scale = 1): Promise<Buffer> {
  const field = ([r, g, b]: Colour, left: number, top: number) => ({
    input: {
      create: { width: 300 * scale, height: 450 * scale, channels: 3 as const, background: { r, g, b } },
    },
    left: left * scale,
    top: top * scale,
  })
  const [width, height] = [600 * scale, 900 * scale]
  const upright = await sharp({ create: { width, height, channels: 3, background: '#000' } })
    .composite([field(red, 0, 0), field(green, 300, 0), field(blue, 0, 450), field(yellow, 300, 450)])
    .png()
    .toBuffer()
  return sharp(upright).rotate(270).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()
}

/** The same at 1800 × 2700, with more than 10 MiB behind its end, which no reader of JPEG minds. */
const heavyPhoto = async () => longer(await photo(3), 10 * 1024 * 1024)

/** Chooses a file: bytes would go to the browser as text, which costs seconds for 10 MiB. */
async function choose(page: Page, name: string, bytes: Buffer): Promise<void> {
  const file = join(await mkdtemp(join(tmpdir(), 'likeness-page-')), name)
  await writeFile(file, bytes)
  await page.getByLabel('Picture', { exact: true }).setInputFiles(file)
}

/** Compares single pixels of a picture, at shares of its width and height. */
async function assertPixels(
  t: Test,
  url: string,
  expected: readonly (readonly [x: number, y: number, colour: Colour])[],
): Promise<void> {
  const answer = await fetch(url)
  const { data, info } = await sharp(Buffer.from(await answer.arrayBuffer()))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  for (const [x, y, colour] of expected) {
    const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 3
    const seen = [...data.subarray(at, at + 3)]
    const isNear = colour.every((value, channel) => Math.abs(value - (seen[channel] ?? 0)) < 30)
    t.ok(isNear, `${x}, ${y} is ${colour.join(' ')}`, { seen })
  }
}

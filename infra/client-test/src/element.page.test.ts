import { gzipSync } from 'node:zlib'
import { createClient, createSession, uploads } from '@likeness/client'
import { uploads as uploadEndpoints } from '@likeness/contracts/endpoints'
import { serveLikeness } from '@likeness/local/testing'
import { assertAccessible, mayRefuse, noChromium, openBrowser, usePage } from '@likeness/local/testing/page'
import { freePort } from '@likeness/test-kit'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import t from 'tap'
import { isNot, shows } from './testing/seen-colours.js'
import { serveProduct } from './testing/serve-product.js'

const port = await freePort()
const { url, admin } = await serveLikeness(t, { CORS_ORIGINS: `http://127.0.0.1:${port}` })
const credentials = { login: admin.email, password: admin.password }
const product = await serveProduct(t, { folder: 'plain', url, ...credentials, port })
const session = createSession({ url, mode: 'bearer' })
await session.logIn(credentials)
const client = createClient({ url, getToken: session.getToken })

const red = [220, 30, 30]
const blue = [30, 60, 220]
/** Red above blue, twice as high as wide. */
const portrait = await sharp({ create: { width: 400, height: 400, channels: 3, background: colour(red) } })
  .extend({ bottom: 400, background: colour(blue) })
  .jpeg()
  .toBuffer()
const file = { name: 'me.jpg', mimeType: 'image/jpeg', buffer: portrait }
const green = [30, 160, 60]
const plainGreen = await sharp({
  create: { width: 300, height: 300, channels: 3, background: colour(green) },
})
  .png()
  .toBuffer()

function colour([r = 0, g = 0, b = 0]: readonly number[]) {
  return { r, g, b }
}

t.test('it is small, and served to pages of any origin under two names', async (t) => {
  const { code, hashedName } = await builtElement()
  const bytes = gzipSync(code, { level: 9 }).length
  t.ok(bytes <= 30_000, `${bytes} of 30000 bytes`)
  t.comment(`${bytes} bytes`)
  for (const [name, cached] of [
    ['likeness-avatar.js', 'no-cache'],
    [hashedName, 'public, max-age=31536000, immutable'],
  ] as const) {
    const answer = await fetch(`${url}/element/v1/${name}`)
    t.equal(await answer.text(), code)
    t.match(Object.fromEntries(answer.headers), {
      'content-type': /javascript/,
      'cache-control': cached,
      'access-control-allow-origin': '*',
    })
  }
})

t.test('in Chromium', { skip: noChromium }, async (t) => {
  const browser = await openBrowser()
  const large = (page: Page) => page.getByRole('img', { name: 'Your picture' })

  await t.test('a picture is chosen, framed with the keyboard, confirmed, and undone', (t) =>
    usePage(t, browser, product, async (t, page) => {
      await page.locator('#large img:not(.absent)').waitFor()
      t.same(await boxOf(page, '#large'), [128, 128])
      t.same(await boxOf(page, '#small'), [32, 32])
      t.match(await large(page).getAttribute('srcset'), /size=128 1x, .*size=256 2x, .*size=384 3x$/)
      await assertAccessible(t, page, 'the picture')
      const otherTab = await page.context().newPage()
      await otherTab.goto('/')

      await page.getByRole('button', { name: 'Change the picture' }).click()
      await page.getByRole('heading', { name: 'A new picture' }).waitFor()
      await assertAccessible(t, page, 'choosing')
      await page.getByLabel('Choose a picture').and(page.locator('input')).setInputFiles(file)

      const down = page.getByRole('slider', { name: 'Position down' })
      await down.waitFor()
      t.equal(await down.getAttribute('aria-valuetext'), '50 % from the top')
      t.equal(
        await page.getByRole('slider', { name: 'Position across' }).getAttribute('aria-valuetext'),
        'all of it is shown',
      )
      await assertAccessible(t, page, 'framing')
      await down.focus()
      await page.keyboard.press('End')
      t.equal(await down.getAttribute('aria-valuetext'), '100 % from the top')
      await page.getByRole('button', { name: 'Zoom in' }).press('Enter')
      t.equal(await page.getByRole('slider', { name: 'Zoom' }).getAttribute('aria-valuetext'), '125 %')
      await page.getByLabel('Description').fill('A field of blue')
      await page.keyboard.press('Enter')

      await page.getByRole('heading', { name: 'Your new picture is live.' }).waitFor()
      await assertAccessible(t, page, 'published')
      await page.getByText('Your colleagues see it from now on.').waitFor()
      await page.getByRole('button', { name: 'Done' }).click()
      await shows(page, '#large', blue)
      await shows(page, '#small', blue)
      await shows(otherTab, '#small', blue)

      await page.getByRole('button', { name: 'Change the picture' }).click()
      await page.getByRole('button', { name: 'Undo' }).click()
      await page.getByRole('heading', { name: 'Undone' }).waitFor()
      await page.getByRole('button', { name: 'Close' }).click()
      const [picture] = await uploads.list(client, { limit: 1 }).then(({ items }) => items)
      t.match(picture, { status: 'withdrawn', altText: 'A field of blue' })
      await isNot(page, '#small', blue)
    }),
  )

  await t.test('French, dropped and pasted, and a change on another device', (t) =>
    usePage(t, browser, product, async (t, page) => {
      const { id } = await uploads.send(client, new Blob([plainGreen]), { filename: 'green.png' })
      await uploads.confirm(client, id)
      // Later, the page is seen again.
      await page.evaluate(
        'const { now } = performance; performance.now = () => now.call(performance) + 60_000',
      )
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
      await shows(page, '#small', green)
      await shows(page, '#large', green)

      await page.evaluate("document.documentElement.lang = 'fr'")
      await page.evaluate("document.querySelector('#large').setAttribute('size', '96')")
      t.same(await boxOf(page, '#large'), [96, 96])
      await page.evaluate("document.querySelector('#large').texts = { choose: 'Votre portrait' }")
      await page.getByRole('button', { name: 'Changer la photo' }).click()
      await page.getByRole('heading', { name: 'Votre portrait' }).waitFor()
      await give(page, 'drop', [])
      await give(page, 'drop', [portrait, portrait])
      await page.getByRole('alert').getByText('Une seule image à la fois').waitFor()
      await give(page, 'paste', [Buffer.alloc(0)])
      await page.getByRole('alert').getByText('Ce fichier est vide').waitFor()
      await give(page, 'paste', 10 * 1024 * 1024 + 1)
      await page.getByRole('alert').getByText('10,1 Mo ; 10 Mo au plus').waitFor()
      mayRefuse(page, [415, uploadEndpoints.create])
      await give(page, 'drop', [Buffer.from('not a picture')])
      await page.getByRole('alert').getByText('image').waitFor()
      await assertAccessible(t, page, 'a fault')
      await give(page, 'paste', [portrait])
      await page.getByRole('heading', { name: 'Cadrez l’image' }).waitFor()

      const stage = page.getByRole('img', { name: 'Aperçu de l’image cadrée' })
      const box = await stage.boundingBox()
      const [x, y] = [(box?.x ?? 0) + 100, (box?.y ?? 0) + 20]
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x, y + 300, { steps: 3 })
      await page.mouse.up()
      const down = page.getByRole('slider', { name: 'Position verticale' })
      t.equal(await down.getAttribute('aria-valuetext'), '0 % depuis le haut')
      await page.getByRole('button', { name: 'Vers le haut' }).click()
      t.equal(await down.getAttribute('aria-valuetext'), '10 % depuis le haut')
      // Closed in the middle, and found again.
      await page.keyboard.press('Escape')
      await page.reload()
      await page.getByRole('button', { name: 'Change the picture' }).click()
      await page.getByRole('heading', { name: 'Frame the picture' }).waitFor()
      await page.getByRole('button', { name: 'Discard' }).click()
      await page.getByRole('heading', { name: 'Discarded' }).waitFor()
    }),
  )

  await t.test('a framework sets properties, also of an element that is not defined yet', (t) =>
    usePage(t, browser, product, async (t, page) => {
      const user = await page.locator('#large').getAttribute('user')
      const { src } = (await page.evaluate(`(async () => {
        const early = document.implementation.createHTMLDocument().createElement('likeness-avatar')
        Object.assign(early, { user: ${JSON.stringify(user)}, size: 48, editable: true, texts: { change: 'Early' } })
        document.body.append(early)
        return { src: early.shadowRoot.querySelector('img').src }
      })()`)) as { src: string }
      t.equal(src, `${url}/v1/avatars/${user}?size=48`)
      await page.getByRole('button', { name: 'Early' }).waitFor()
      const set = (properties: string) =>
        page.evaluate(`Object.assign(document.querySelector('#large'), ${properties}).outerHTML`)
      t.match(await set('{ editable: false, alt: null, size: 40 }'), /^((?!editable|alt=).)*$/)
      t.same(await boxOf(page, '#large'), [40, 40])
      await page.evaluate("document.querySelector('#large').edit()")
      await page.getByRole('heading', { name: 'A new picture' }).waitFor()
    }),
  )

  await t.test('a product gives it a look, tells of a change itself, and pins a version', (t) =>
    usePage(t, browser, product, async (t, page) => {
      await page.evaluate(`(() => {
        const look = new CSSStyleSheet()
        look.replaceSync(\`
          likeness-avatar { --likeness-avatar-radius: 8px; --likeness-accent: rgb(90, 0, 90) }
          likeness-avatar::part(title) { letter-spacing: 3px }
        \`)
        document.adoptedStyleSheets = [look]
      })()`)
      await page.getByRole('button', { name: 'Change the picture' }).click()
      await page.getByRole('heading', { name: 'A new picture' }).waitFor()
      const look = await page.evaluate(`(() => {
        const { shadowRoot } = document.querySelector('#large')
        const of = (selector) => getComputedStyle(shadowRoot.querySelector(selector))
        return [of('img').borderRadius, of('.primary').backgroundColor, of('h2').letterSpacing]
      })()`)
      t.strictSame(look, ['8px', 'rgb(90, 0, 90)', '3px'])

      const user = await page.locator('#small').getAttribute('user')
      const detail = JSON.stringify({ url, persons: [{ user }], id: 'own' })
      await page.evaluate(
        `document.dispatchEvent(new CustomEvent('likeness-avatar-changed', { detail: ${detail} }))`,
      )
      await page.locator('#small img[src$="&since=own"]').waitFor()

      const { hashedName, integrity } = await builtElement()
      const loaded = await page.evaluate(`new Promise((loaded) => {
        const script = document.createElement('script')
        Object.assign(script, { type: 'module', crossOrigin: '', integrity: '${integrity}' })
        script.src = trustedTypes.createPolicy('pinned', { createScriptURL: (address) => address })
          .createScriptURL('${url}/element/v1/${hashedName}')
        script.onload = () => loaded('loaded')
        script.onerror = () => loaded('refused')
        document.head.append(script)
      })`)
      t.equal(loaded, 'loaded')
    }),
  )

  await t.test('a photo is taken, mirrored to look at and not when it is sent', (t) =>
    usePage(t, browser, product, async (t, page) => {
      await page.getByRole('button', { name: 'Change the picture' }).click()
      const use = page.getByRole('button', { name: 'Take a photo' })
      await use.click()
      await page.getByRole('alert').getByText('The camera cannot be used').waitFor()
      await page.getByRole('button', { name: 'Back' }).click()
      await page.context().grantPermissions(['camera'])
      await use.click()
      const shoot = page.getByRole('button', { name: 'Take the photo' })
      await shoot.and(page.locator(':enabled')).waitFor()
      await page.locator('video.mirrored').waitFor()
      await assertAccessible(t, page, 'the camera')
      await shoot.click()
      await page.getByRole('heading', { name: 'Frame the picture' }).waitFor()
      const [taken] = await uploads.list(client, { status: 'pending' }).then(({ items }) => items)
      t.match(taken, { originalFilename: 'camera.jpg', format: 'jpeg' })
      await page.getByRole('button', { name: 'Discard' }).click()
      await page.getByRole('heading', { name: 'Discarded' }).waitFor()
    }),
  )
})

/** What the gateway serves. */
async function builtElement() {
  const module = new URL('../../../packages/element/build.mjs', import.meta.url)
  const { buildElement } = (await import(module.href)) as {
    buildElement: () => Promise<{ code: string; hashedName: string; integrity: string }>
  }
  return buildElement()
}

/** The sides of an element on the page. */
async function boxOf(page: Page, selector: string): Promise<number[]> {
  const box = await page.locator(selector).boundingBox()
  return [box?.width ?? 0, box?.height ?? 0]
}

/** Drops files on the dialog, or pastes them. @param files or how many bytes one has */
const give = (page: Page, how: 'drop' | 'paste', files: readonly Buffer[] | number): Promise<void> =>
  page.evaluate(`(() => {
    const data = new DataTransfer()
    const contents = ${typeof files === 'number' ? `['']` : JSON.stringify(files.map((bytes) => bytes.toString('base64')))}
    for (const content of contents) {
      const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0))
      data.items.add(new File([bytes, new Uint8Array(${typeof files === 'number' ? files : 0})], 'me.jpg', { type: 'image/jpeg' }))
    }
    const dialog = document.querySelector('#large').shadowRoot.querySelector('dialog')
    dialog.dispatchEvent(
      '${how}' === 'drop'
        ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, composed: true }),
    )
  })()`)

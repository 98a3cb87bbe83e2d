import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { queues, serviceKeys, sessions, uploads, users, webhooks } from '@likeness/contracts/endpoints'
import { openCalls, waitFor } from '@likeness/test-kit'
import pg from 'pg'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { elsewhere } from './testing/account-steps.js'
import { noChromium, openBrowser, usePage } from './testing/open-page.js'
import { addressOf, logIn, password, signedIn } from './testing/page-steps.js'
import { type ServedLikeness, serveLikeness } from './testing/serve-likeness.js'

/** The pictures of the README. `npm run screens` makes them anew. */
const kept = fileURLToPath(new URL('../../../docs/screens', import.meta.url))
const mostBytes = 150_000
const shown = ['crop', 'uploads', 'trail'] as const
const readme = { width: 1280, height: 900 }

/** Where `npm run screens` also puts every screen, in light and dark, wide and narrow, to be looked at. */
const folder = process.env.SCREENS

/** Every screen, by a name for its files: its address, and what it shows when it is whole. */
const screens = {
  picture: ['/', (page: Page) => page.getByRole('button', { name: 'Choose a picture' })],
  history: ['/history', heading],
  profile: ['/profile', heading],
  security: ['/security', heading],
  activity: ['/activity', heading],
  data: ['/data', heading],
  uploads: ['/console/uploads', (page: Page) => page.getByText('Ines.jpg').first()],
  'take-down': ['/console/take-down', heading],
  failures: ['/console/failures', heading],
  users: ['/console/users', (page: Page) => page.getByText('ines').first()],
  insights: ['/console/insights', chart],
  'insights-range': [`/console/insights?range=own&from=${dayBefore(20)}&to=${dayBefore(8)}`, chart],
  upkeep: ['/console/upkeep', heading],
  queues: ['/console/queues', (page: Page) => page.getByText('E-mail')],
  'queue-failed': [
    '/console/queues?service=media&kind=webhooks&state=failed',
    (page: Page) => page.getByText('nobody'),
  ],
  'queue-waiting': [
    '/console/queues?service=media&kind=light&state=waiting',
    (page: Page) => page.getByText('tell-description').last(),
  ],
  'queue-empty': [
    '/console/queues?service=accounts&kind=mail&state=failed',
    (page: Page) => page.getByText('There is no such job.'),
  ],
  keys: ['/console/keys', (page: Page) => page.getByText('being replaced')],
  webhooks: ['/console/webhooks', (page: Page) => page.getByText('Orders', { exact: true })],
  docs: ['/docs/', heading],
} as const

/** The part that is left of 1280 × 840 at a zoom of 200 and 400 % (WCAG 2.2 SC 1.4.4 and 1.4.10). */
const zooms = { 200: { width: 640, height: 420 }, 400: { width: 320, height: 210 } } as const

function heading(page: Page) {
  return page.getByRole('heading', { level: 1 })
}

function chart(page: Page) {
  return page.locator('canvas').last()
}

/** A day in UTC, so many days ago. */
function dayBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
}

/** The id of nothing. */
const nobody = '019366c0-0000-7000-8000-000000000000'

const people = [
  'ada',
  'ines',
  'kofi',
  'mei',
  'noor',
  'olga',
  'pablo',
  'ravi',
  'sofia',
  'tariq',
  'uma',
  'yuki',
]

t.test('every screen is whole, wide and narrow, in light and dark', { skip: noChromium }, async (t) => {
  const likeness = await serveLikeness(t, { OUTBOUND_ALLOW: '127.0.0.1' })
  const { url, admin } = likeness
  await populate(url)
  await populateConsole(likeness)
  const browser = await openBrowser()

  await usePage(t, browser, url, async (t, page) => {
    await page.addInitScript(noteDashes)
    await assertForcedColours(t, page, 'welcome')
    await page.getByRole('button', { name: 'Log in' }).click()
    await logIn(page, admin.email, admin.password)
    await signedIn(page)
    for (const [name, [path, whole]] of Object.entries(screens)) {
      for (const [size, viewport] of Object.entries({
        wide: { width: 1280, height: 840 },
        narrow: { width: 390, height: 844 },
      })) {
        await page.setViewportSize(viewport)
        await page.goto(path)
        await whole(page).waitFor()
        await settled(page)
        t.ok(
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
          `${name} fits when it is ${size}`,
        )
        for (const colorScheme of ['light', 'dark'] as const) {
          if (!folder) continue
          await page.emulateMedia({ colorScheme })
          await settled(page)
          await save(join(folder, `${name}-${size}-${colorScheme}.png`), await page.screenshot())
        }
        await page.emulateMedia({ colorScheme: 'light' })
      }
      for (const [percent, viewport] of Object.entries(zooms)) {
        await page.setViewportSize(viewport)
        t.ok(
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
          `${name} fits at ${percent} %`,
        )
        if (folder)
          await save(join(folder, `${name}-${percent}.png`), await page.screenshot({ fullPage: true }))
      }
      await page.setViewportSize({ width: 1280, height: 840 })
      await assertForcedColours(t, page, name, async () => {
        if (!name.startsWith('insights')) return
        t.ok(await isChartPainted(page), 'a chart has its lines')
        await assertLinesDiffer(t, page)
      })
    }
    await page.setViewportSize(readme)
    await page.goto('/console/uploads')
    await page.getByText('Ines.jpg').first().waitFor()
    await keep(page, 'uploads')
    await page.getByRole('link', { name: 'Uma.jpg' }).first().click()
    await page.getByRole('dialog').getByRole('img').first().waitFor()
    await keep(page, 'trail')
  })

  await likeness.media.work()
  await usePage(t, browser, url, async (t, page) => {
    await page.getByRole('button', { name: 'Log in' }).click()
    await logIn(page, 'mei')
    await signedIn(page)
    await page.setViewportSize(readme)
    await page
      .getByLabel('Picture', { exact: true })
      .setInputFiles({ name: 'Mei.jpg', mimeType: 'image/jpeg', buffer: await portrait(3, 1600) })
    await page.getByRole('button', { name: 'Use this picture' }).waitFor()
    await keep(page, 'crop')
    await assertForcedColours(t, page, 'crop', async () => {
      // The frame is drawn over a picture, whose colours stay; its edge is as it is without.
      const frame = await sharp(await page.getByTestId('cropper').screenshot())
        .raw()
        .toBuffer({ resolveWithObject: true })
      const at = (x: number) =>
        [
          ...frame.data.subarray(
            (Math.floor(frame.info.height / 2) * frame.info.width + x) * frame.info.channels,
          ),
        ].slice(0, 3)
      t.strictSame(at(1), [255, 255, 255], 'the edge of the frame is painted')
      for (const name of ['Picture, left and right', 'Zoom']) {
        const slider = await sharp(await page.getByRole('slider', { name }).screenshot())
          .greyscale()
          .stats()
        t.ok((slider.channels[0]?.stdev ?? 0) > 5, `the handle of ${name} is painted`)
      }
    })
  })

  const text = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')
  for (const name of shown) {
    const { size } = await stat(join(kept, `${name}.png`))
    t.ok(size > 10_000 && size <= mostBytes, `${name}.png has ${size} bytes`)
    t.match(text, `docs/screens/${name}.png`)
  }
})

/**
 * Asserts that in forced colours nothing disappears whose ground or shadow alone told what it is: each control has an edge,
 * a fill or the colour of a link, the page that is shown differs from the others in the list, and focus is seen.
 */
async function assertForcedColours(
  t: Test,
  page: Page,
  name: string,
  more: () => Promise<void> = async () => undefined,
): Promise<void> {
  await page.emulateMedia({ forcedColors: 'active' })
  await settled(page)
  if (folder) await save(join(folder, `${name}-forced.png`), await page.screenshot())
  const { lost, shown } = await page.evaluate<{ lost: string[]; shown: boolean }>(`(() => {
    const style = (element) => getComputedStyle(element)
    const { backgroundColor: ground, color: ink } = style(document.body)
    const clear = [ground, 'rgba(0, 0, 0, 0)']
    const isSeen = (element) => {
      const { borderTopWidth, borderTopStyle, borderTopColor, backgroundColor, color, textDecorationLine, appearance } = style(element)
      return (
        (parseFloat(borderTopWidth) > 0 && borderTopStyle !== 'none' && !clear.includes(borderTopColor)) ||
        !clear.includes(backgroundColor) || color !== ink || textDecorationLine !== 'none' || appearance !== 'none'
      )
    }
    const controls = [...document.querySelectorAll('button, input, select, textarea')].filter((element) => element.getClientRects().length > 0)
    const ways = [...document.querySelectorAll('header nav a')].map((way) => [way.hasAttribute('aria-current'), style(way).borderBottomColor])
    const edges = (here) => ways.filter(([current]) => current === here).map(([, colour]) => colour)
    return {
      lost: controls.filter((control) => !isSeen(control)).map(({ outerHTML }) => outerHTML.slice(0, 120)),
      shown: edges(true).every((colour) => !clear.includes(colour) && !edges(false).includes(colour)),
    }
  })()`)
  t.strictSame(lost, [], `${name} keeps its controls in forced colours`)
  t.ok(shown, `${name} is told from the other pages in forced colours`)
  await page.keyboard.press('Tab')
  const outline = await page.evaluate<string[]>(`(() => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(document.activeElement)
    return [outlineStyle, outlineWidth, String(outlineColor !== getComputedStyle(document.body).backgroundColor)]
  })()`)
  t.match(outline, [/solid|auto/, /^[2-9]/, 'true'], `focus is seen on ${name} in forced colours`)
  await more()
  await page.emulateMedia({ forcedColors: 'none' })
}

async function isChartPainted(page: Page): Promise<boolean> {
  await page.locator('canvas').first().waitFor()
  return page.evaluate(`(() => {
    const { width, height } = document.querySelector('canvas')
    const { data } = document.querySelector('canvas').getContext('2d').getImageData(0, 0, width, height)
    return data.some((value) => value !== 0)
  })()`)
}

/** Notes every dash that a line on a canvas has. */
const noteDashes = `(() => {
  window.dashes = new Set()
  const { setLineDash } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.setLineDash = function (dash) {
    window.dashes.add(dash.join(' '))
    return setLineDash.call(this, dash)
  }
})()`

/** Asserts that the lines of each chart differ by more than their colours, which people may choose to be the same. */
async function assertLinesDiffer(t: Test, page: Page): Promise<void> {
  const { drawn, legends } = await page.evaluate<{ drawn: string[]; legends: string[][] }>(`({
    drawn: [...window.dashes],
    legends: [...document.querySelectorAll('#main section:has(canvas) ul')].map((list) =>
      [...list.querySelectorAll('svg')].map((line) => line.innerHTML),
    ),
  })`)
  t.equal(legends.length, 4)
  for (const lines of legends) t.equal(new Set(lines).size, lines.length, 'every line has its own look')
  t.ok(new Set(drawn).size >= 3, `lines are drawn in three dashes: ${drawn.join(', ')}`)
}

/** Writes a picture of the README, as small as it may be. */
async function keep(page: Page, name: (typeof shown)[number]): Promise<void> {
  await settled(page)
  if (!folder) return
  const picture = sharp(await page.screenshot()).png({ palette: true, colours: 128, effort: 10 })
  await save(join(kept, `${name}.png`), await picture.toBuffer())
}

async function save(file: string, bytes: Buffer): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, bytes)
}

/** Waits until nothing is loading or moving any more. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  await page.evaluate('Promise.allSettled([...document.images].map((image) => image.decode()))')
  await page.evaluate('Promise.allSettled(document.getAnimations().map((animation) => animation.finished))')
}

/** A dozen people with pictures; some have changed theirs, and one has not decided yet. */
async function populate(url: string): Promise<void> {
  for (const [index, name] of people.entries()) {
    const { call } = openCalls(url)
    await call(users.register, { body: { username: name, email: addressOf(name), password } })
    const { accessToken } = (await call(sessions.logIn, { body: { login: name, password } })).body
    const authorization = `Bearer ${accessToken}`
    for (let count = 0; count <= index % 3; count += 1) {
      const form = new FormData()
      const file = `${name[0]?.toUpperCase()}${name.slice(1)}.jpg`
      form.set('image', new Blob([new Uint8Array(await portrait(index * 3 + count, 640))]), file)
      const sent = await fetch(`${url}${uploads.create.path}`, {
        method: 'POST',
        headers: { authorization },
        body: form,
      })
      const { id } = (await sent.json()) as { id: string }
      if (name === 'yuki' && count === index % 3) break
      await fetch(`${url}${uploads.confirm.path.replace(':id', id)}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', prefer: 'wait=60' },
        body: '{}',
      })
    }
  }
}

/** Work that waits and failed, service keys and webhooks, and a month of figures. */
async function populateConsole({ url, admin, media, mediaWorker }: ServedLikeness): Promise<void> {
  const { call } = await elsewhere(url, admin.email, admin.password)
  const { db, queue } = media.deps
  const { id, user_id: userId } = await db
    .selectFrom('uploads')
    .select(['id', 'user_id'])
    .where('status', '=', 'published')
    .orderBy('id')
    .executeTakeFirstOrThrow()
  const client = new pg.Client({ connectionString: media.env.DATABASE_URL })
  await client.connect()
  await client.query(
    `insert into upload_events (user_id, upload_id, at, type, details)
    select $1, $2, day + event.later, event.type, event.details
    from generate_series(date_trunc('day', now(), 'UTC') - interval '30 days', now() - interval '2 days', '1 day') as day
      cross join lateral generate_series(1, 6 + extract(day from day)::int % 9) as n
      cross join lateral (values
        (interval '9 hours', 'uploaded', '{}'::jsonb),
        (interval '9 hours 1 minute', case n % 5 when 4 then 'expired' else 'confirmed' end, '{}'),
        (interval '9 hours 1 minute' + n * interval '0.4 seconds',
          case n % 5 when 4 then null when 3 then 'failed' else 'published' end,
          case n % 5 when 3 then '{"code": "undecodable"}'::jsonb else '{}' end)
      ) as event (later, type, details)
    where event.type is not null
    order by day, n, later`,
    [userId, id],
  )
  await client.end()

  const keys = [
    { name: 'Shop backend', scopes: ['uploads:read', 'uploads:write', 'people:read'] },
    { name: 'Nightly figures', scopes: ['stats:read'] },
    { name: 'Nightly figures', scopes: ['stats:read'] },
    { name: 'Old importer', scopes: ['uploads:write'] },
  ] as const
  for (const { name, scopes } of keys) {
    const made = await call(serviceKeys.create, { body: { name, scopes: [...scopes] } })
    if (name === 'Shop backend')
      await openCalls(url, { token: made.body.key }).call(uploads.list, { query: { userId } })
    if (name === 'Old importer') await call(serviceKeys.revoke, { params: { id: made.body.id } })
  }
  await call(webhooks.add, { body: { url: 'http://127.0.0.1:9/orders', description: 'Orders' } })
  await call(webhooks.add, { body: { url: 'http://127.0.0.1:9/search', description: 'Search' } })

  await queue.add('deliver-webhooks', { endpointId: 'nobody' }, 'nobody')
  await waitFor(
    async () => {
      const query = { state: 'failed', limit: 1 } as const
      const { body } = await call(queues.read, { params: { kind: 'webhooks' }, query })
      return body.items.length > 0
    },
    { for: 'a job to fail' },
  )
  await mediaWorker.queue.close()
  for (const uploadId of [id, nobody]) {
    await queue.add('tell-description', { userId, uploadId }, uploadId)
  }
}

/** A drawn portrait, different for each seed. @param size pixels of its sides */
async function portrait(seed: number, size: number): Promise<Buffer> {
  const pick = <Value>(from: readonly Value[], by: number) => from[(seed * by + by) % from.length]
  const ground = pick(['#c9d8c5', '#e8d3b9', '#c8cfe2', '#e6c6c2', '#d9d2e6', '#bcd7d9'], 5)
  const skin = pick(['#f0cfb0', '#c68d63', '#8d5a3c', '#e5b48e', '#6e442d'], 3)
  const hair = pick(['#2a211c', '#5b3a24', '#a36b3a', '#3a3230', '#8c8780'], 7)
  const coat = pick(['#0b6b57', '#a8281c', '#31507d', '#6b4f7a', '#b9772a'], 11)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="${size}" height="${size}">
    <rect width="100" height="100" fill="${ground}"/><circle cx="78" cy="20" r="26" fill="#fff" opacity=".22"/>
    <path d="M14 104c3-24 16-33 36-33s33 9 36 33z" fill="${coat}"/><rect x="42" y="58" width="16" height="18" rx="7" fill="${skin}"/>
    <ellipse cx="50" cy="37" rx="24" ry="26" fill="${hair}"/><ellipse cx="50" cy="44" rx="18" ry="22" fill="${skin}"/>
    <path d="M31 40c2-16 12-20 21-20 10 0 16 7 17 19-9-2-16-5-20-10-4 6-10 9-18 11z" fill="${hair}"/>
    <circle cx="43" cy="45" r="1.9" fill="#1d1712"/><circle cx="57" cy="45" r="1.9" fill="#1d1712"/>
    <path d="M43 55q7 5 14 0" fill="none" stroke="#7a3b2e" stroke-width="1.8" stroke-linecap="round"/></svg>`
  // The services of this process block what they do not accept.
  sharp.unblock({ operation: ['VipsForeignLoadSvg', 'VipsForeignLoadSvgBuffer'] })
  return sharp(Buffer.from(svg)).jpeg({ quality: 88 }).toBuffer()
}

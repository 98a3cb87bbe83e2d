import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate as migrateAccounts } from '@likeness/accounts'
import { endpoints, me, sessions, uploads } from '@likeness/contracts/endpoints'
import { migrate as migrateMedia } from '@likeness/media'
import { anyQueue, freePort, testDatabase, testQueueUrl, waitFor } from '@likeness/test-kit'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { elsewhere, fields } from './testing/account-steps.js'
import { mayRefuse, noChromium, openBrowser, usePage } from './testing/open-page.js'
import { alert, longer, openNetwork, register, signedIn } from './testing/page-steps.js'
import { startLikeness } from './testing/start-likeness.js'

const notLinux = process.platform !== 'linux' && 'it ends processes that it finds in /proc'
const unreachable = 'The server cannot be reached'

/** What `npm start` runs, which can be ended at any moment and started again where it was. */
async function startRestartable(t: Test) {
  const [accounts, media, folder, port] = await Promise.all([
    testDatabase(t, { name: 'restarts_accounts', migrate: migrateAccounts }),
    testDatabase(t, { name: 'restarts_media', migrate: migrateMedia }),
    mkdtemp(join(tmpdir(), 'likeness-restarts-')),
    freePort(),
  ])
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  const env = {
    PORT: String(port),
    DATA_DIR: folder,
    ACCOUNTS_DATABASE_URL: accounts,
    MEDIA_DATABASE_URL: media,
    QUEUE_URL: await testQueueUrl(t, anyQueue, media),
    // It starts ten times, and each decoder costs as much as another Node.
    DECODERS: '1',
  }
  let running = await startLikeness(t, env)
  return {
    url: running.url,
    end: () => running.crash(),
    start: async () => {
      running = await startLikeness(t, env)
    },
  }
}

/** What Chromium calls a connection that the server lost, by how far it was (net/base/net_error_list.h). */
const lostConnections = [
  ...[
    'CONNECTION_REFUSED',
    'CONNECTION_RESET',
    'CONNECTION_CLOSED',
    'CONNECTION_ABORTED',
    'CONNECTION_FAILED',
  ],
  ...['SOCKET_NOT_CONNECTED', 'EMPTY_RESPONSE', 'INCOMPLETE_CHUNKED_ENCODING', 'CONTENT_LENGTH_MISMATCH'],
]

t.test('the server restarts in every step', { skip: noChromium || notLinux }, async (t) => {
  const server = await startRestartable(t)
  const { url } = server
  const browser = await openBrowser()
  const portrait = await fields(600, 900)
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const choose = (page: Page, name: string, buffer: Buffer) =>
    page.getByLabel('Picture', { exact: true }).setInputFiles({ name, mimeType: 'image/jpeg', buffer })

  await usePage(t, browser, url, async (t, page) => {
    for (const endpoint of Object.values(endpoints).flat()) {
      for (const why of lostConnections) mayRefuse(page, [`net::ERR_${why}`, endpoint])
      // The gateway answers before the service behind it does.
      mayRefuse(page, [502, endpoint], [503, endpoint])
    }
    await register(page, 'brian')
    // All that follows came with the page: no step asks for more.
    const assets = '**/assets/*'
    await page.route(assets, (route) => route.abort())

    t.comment('choosing')
    await server.end()
    await choose(page, 'Brian.jpg', portrait)
    await alert(page, unreachable, 'Nothing is lost')
    await server.start()
    await button(page, 'Try again').click()
    await button(page, 'Use this picture').waitFor()
    await button(page, 'Discard').click()
    await page.getByText('Discarded. Your avatar stays as it is.').waitFor()

    t.comment('sending')
    const network = await openNetwork(page)
    // Minutes, in which it is ended.
    await network({ up: 50_000 })
    await choose(page, 'Half.jpg', longer(portrait, 8_000_000))
    await page.locator('[aria-valuenow]:not([aria-valuenow="0"])').waitFor()
    await server.end()
    await alert(page, unreachable, 'Nothing is lost')
    await network({})
    await server.start()

    t.comment('preparing')
    const held = await hold(page, `**${uploads.follow.path.replace(':id', '*')}`)
    await button(page, 'Try again').click()
    await held.begun
    await server.end()
    await held.release()
    await page.getByText('Still trying. Nothing is lost.').waitFor()
    await server.start()
    await button(page, 'Use this picture').waitFor()

    t.comment('cropping')
    const upright = page.getByRole('slider', { name: 'Picture, up and down' })
    await upright.focus()
    await page.keyboard.press('Home')
    await page.getByLabel('Description').fill('Four fields')
    await server.end()
    await server.start()
    t.equal(await upright.getAttribute('aria-valuetext'), 'as far down as it goes')

    t.comment('confirming: it never arrives')
    await server.end()
    await button(page, 'Use this picture').click()
    await page.getByText('Still trying. Nothing is lost.').waitFor()
    t.equal(await page.getByLabel('Description').inputValue(), 'Four fields')

    t.comment('publishing: it arrives, and its answer does not')
    // If it ends while it confirms, it holds the key of the request until its lease is over.
    mayRefuse(page, [409, uploads.confirm])
    const confirming = await hold(page, `**${uploads.confirm.path.replace(':id', '*')}`)
    await server.start()
    await confirming.begun
    await confirming.release()
    await server.end()
    await server.start()
    await page.getByText('Your new avatar is live').waitFor()
    await page.getByRole('img', { name: 'Four fields' }).waitFor()
    await t.resolves(
      page.evaluate('Promise.all([...document.images].map((image) => image.decode()))'),
      'every size of it is a picture',
    )

    t.comment('undoing')
    await server.end()
    await button(page, 'Undo').click()
    await page.getByText('Still trying. Nothing is lost.').waitFor()
    await server.start()
    await page.getByText('Undone. Your avatar is as it was before.').waitFor()
    await page.getByRole('img', { name: 'No picture yet' }).waitFor()
    const brian = await elsewhere(url, 'brian')
    const all = (await brian.call(uploads.list, {})).body.items
    t.match(
      all.map(({ status, originalFilename, crop }) => ({ status, originalFilename, crop })),
      [
        {
          status: 'withdrawn',
          originalFilename: 'Half.jpg',
          crop: { x: 0, y: 0, width: 600, height: 600 },
        },
        { status: 'discarded', originalFilename: 'Brian.jpg' },
      ],
      'each step was done once',
    )
    t.equal(all.length, 2)

    t.comment('saving the profile')
    await page.unroute(assets)
    await page.getByRole('link', { name: 'Profile' }).click()
    await page.getByLabel('Nickname').fill('Brian K')
    await server.end()
    await button(page, 'Save').click()
    await alert(page, unreachable, 'Nothing is lost')
    t.equal(await page.getByLabel('Nickname').inputValue(), 'Brian K')
    await server.start()
    await button(page, 'Save').click()
    await page.getByText('Saved', { exact: true }).waitFor()
    await waitFor(async () => (await brian.call(me.read, {})).body.profile.nickname === 'Brian K', {
      for: 'the nickname',
    })

    t.comment('renewing the session')
    const renewal = await hold(page, `**${sessions.refresh.path}`)
    await page.goto('/')
    await renewal.begun
    // The parts of the page are there; one that is not would say so, too.
    await page.getByRole('heading', { level: 1, name: 'Your picture' }).waitFor({ state: 'attached' })
    await server.end()
    await renewal.release()
    // It tries some times by itself, then says what to do: for the profile, and for what was unfinished.
    const panel = page.getByRole('region', { name: 'New picture' })
    const faults = page.getByRole('alert').filter({ hasText: unreachable })
    await panel.getByRole('alert').filter({ hasText: unreachable }).waitFor()
    await faults.nth(1).waitFor()
    await server.start()
    // The first brings the rest back, too.
    await button(page, 'Try again').first().click()
    await faults.first().waitFor({ state: 'detached' })
    await signedIn(page)
    await page.getByText('Brian K').waitFor()
  })
})

/** Holds the first request to an address back in the browser until it is released; later ones go through. */
async function hold(page: Page, address: string) {
  const [begun, released, done] = [gate(), gate(), gate()]
  await page.route(
    address,
    async (route) => {
      begun.open()
      await released.opened
      await route.continue().catch(() => undefined)
      done.open()
    },
    { times: 1 },
  )
  return {
    begun: begun.opened,
    release: () => {
      released.open()
      return done.opened
    },
  }
}

function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

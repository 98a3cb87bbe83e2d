import { readFile } from 'node:fs/promises'
import {
  administration,
  avatars,
  failures,
  history,
  me,
  moderation,
  sessions,
  stats,
  upkeep,
  uploads,
} from '@likeness/contracts/endpoints'
import { openCalls, waitFor } from '@likeness/test-kit'
import pg from 'pg'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { assertAccessible, mayRefuse, noChromium, openBrowser, usePage } from './testing/open-page.js'
import {
  addressOf,
  alert,
  enterConsole,
  holdRequest,
  logIn,
  openNetwork,
  password,
  row,
  signedIn,
} from './testing/page-steps.js'
import { serveLikeness } from './testing/serve-likeness.js'

const arabic = 'صورة شخصية.jpg'
const emoji = 'beach 🏖️🌊.jpg'
const long = `${'long'.repeat(50)}.jpg`

t.test('the console', { skip: noChromium }, async (t) => {
  const config = {
    PENDING_PER_USER: '100',
    UPLOADS_PER_10_MINUTES: '1000',
    LOGINS_PER_MINUTE: '100',
    // What waits stays so until someone has it tried again.
    UPKEEP_SCHEDULE: 'off',
  }
  const { url, admin, accounts, media } = await serveLikeness(t, config)
  const browser = await openBrowser()
  const test = (name: string, body: (t: Test, page: Page) => Promise<void>) =>
    t.test(name, (t) =>
      usePage(t, browser, url, async (t, page) => {
        await page.addInitScript(noteShifts)
        await body(t, page)
      }),
    )
  /** Someone with an account, who calls the API. */
  const person = async (login: string, secret = password) => {
    const { accessToken, user } = await accounts.logIn(login, secret)
    return { id: user.id, token: accessToken, ...openCalls(url, { token: accessToken }) }
  }
  const join = async (username: string) => {
    await accounts.register({ username, email: addressOf(username), password })
    return person(username)
  }
  const operator = () => person(admin.email, admin.password)
  type Person = Awaited<ReturnType<typeof join>>
  const upload = async ({ token }: Person, filename: string, colour: string) => {
    const bytes = await sharp({ create: { width: 300, height: 200, channels: 3, background: colour } })
      .jpeg()
      .toBuffer()
    const answer = await fetch(`${url}/v1/uploads?filename=${encodeURIComponent(filename)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'image/jpeg' },
      body: new Uint8Array(bytes),
    })
    if (answer.status !== 201) throw new Error(await answer.text())
    return ((await answer.json()) as { id: string }).id
  }
  const publish = async (owner: Person, filename: string, colour: string) => {
    const id = await upload(owner, filename, colour)
    for (;;) {
      const answer = await owner.call(uploads.confirm, { params: { id }, headers: { prefer: 'wait=30' } })
      if (answer.status === 200) return id
    }
  }
  const statusOf = async (id: string) =>
    (await (await operator()).call(uploads.read, { params: { id } })).body.status
  const enter = (page: Page, address: string) => enterConsole(page, admin, address)

  const [ada, grace] = [await join('ada'), await join('grace')]
  const first = await publish(ada, 'Ada first.jpg', '#dc1e1e')
  const second = await publish(ada, 'Ada second.jpg', '#1e3cdc')
  for (const name of [arabic, emoji, long]) await upload(grace, name, '#1ea03c')

  await test('someone without the right sees why, and loads nothing of it', async (t, page) => {
    const scripts: string[] = []
    page.on('response', (response) => scripts.push(response.url()))
    await page.goto('/log-in')
    await logIn(page, 'ada')
    await signedIn(page)
    await page.goto('/console/uploads')
    await page.getByRole('heading', { level: 1, name: 'The console is for operators' }).waitFor()
    t.notOk(await page.getByRole('link', { name: 'Console', exact: true }).count())
    const loaded = scripts.filter((url) =>
      /console|uploads-page/.test(new URL(url).pathname.replace('/console/uploads', '')),
    )
    t.strictSame(loaded, [])
    await assertAccessible(t, page, 'the page of someone without the right')
  })

  await test('an upload is found by a piece of its name, in one field', async (t, page) => {
    await enter(page, '/console')
    await row(page, 'Ada second.jpg').getByText('published').waitFor()
    t.equal(new URL(page.url()).pathname, '/console/uploads')
    t.equal(await page.getByRole('row').count(), 6, 'a head and every upload')
    await assertStill(t, page)
    await assertAccessible(t, page, 'the list of uploads')
    await page.getByRole('searchbox').fill('econd')
    await page.waitForURL('**/console/uploads?q=econd')
    await row(page, 'Ada first.jpg').waitFor({ state: 'detached' })
    t.equal(await page.getByRole('row').count(), 2)
    await page.getByRole('searchbox').fill('')
    for (const name of [arabic, emoji, long]) await row(page, name).waitFor()
    await page.goBack()
    await row(page, 'Ada first.jpg').waitFor({ state: 'detached' })
    t.equal(await page.getByRole('searchbox').inputValue(), 'econd', 'Back searches as before')
  })

  await test('the address keeps filters, order, columns and the open upload', async (t, page) => {
    await enter(page, '/console/uploads')
    await page.getByRole('button', { name: 'Filters' }).click()
    await page.getByLabel('State').selectOption('superseded')
    await page.getByLabel('Owner').fill('ada')
    await assertAccessible(t, page, 'the filters')
    await page.getByRole('button', { name: 'Apply' }).click()
    await row(page, 'Ada second.jpg').waitFor({ state: 'detached' })
    await row(page, 'Ada first.jpg').waitFor()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByLabel('IP address').last().check()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await row(page, 'Ada first.jpg').getByText('127.0.0.1').waitFor()
    await page.getByRole('link', { name: 'Size' }).click()
    await page.getByRole('link', { name: 'Ada first.jpg' }).click()
    await page.getByRole('dialog').getByRole('heading', { name: 'The trail' }).waitFor()
    const { searchParams } = new URL(page.url())
    t.match(Object.fromEntries(searchParams), {
      status: 'superseded',
      user: 'ada',
      sort: '-bytes',
      upload: first,
      columns: /,ip$/,
    })

    await page.reload()
    const drawer = page.getByRole('dialog', { name: 'Ada first.jpg' })
    await drawer.getByRole('listitem').filter({ hasText: 'Superseded' }).waitFor()
    const sizes = drawer.getByRole('list', { name: 'Sizes in pixels' }).getByRole('img')
    // Each appears once it has arrived.
    await sizes.nth(4).waitFor()
    await page.evaluate('Promise.all([...document.images].map((image) => image.decode()))')
    t.equal(await sizes.count(), 5)
    await assertAccessible(t, page, 'the drawer')
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await row(page, 'Ada first.jpg').getByText('127.0.0.1').waitFor()

    await page.getByRole('link', { name: 'Ada first.jpg' }).click()
    await drawer.waitFor()
    await page.goBack()
    await drawer.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: /Remove the filter: state/ }).click()
    await row(page, 'Ada second.jpg').waitFor()
  })

  await test('the keyboard alone finds, opens and closes', async (t, page) => {
    await enter(page, '/console/uploads')
    await row(page, 'Ada second.jpg').waitFor()
    const focused = () => page.evaluate('document.activeElement.textContent')
    await page.keyboard.press('j')
    t.equal(await focused(), long)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    t.equal(await focused(), emoji)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: emoji }).waitFor()
    await page.keyboard.press('j')
    await page.getByRole('dialog', { name: arabic }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await assertAccessible(t, page, 'the list of keys')
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('jk?')
    t.equal(await page.getByRole('searchbox').inputValue(), 'jk?', 'typed, they are letters')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'No upload matches' }).waitFor()
    await assertAccessible(t, page, 'a search without a match')
  })

  await test('acts say what is lost, and do it to what was seen', async (t, page) => {
    mayRefuse(page, [412, { ...avatars.withdraw, path: '/v1/avatars/:id' }])
    await enter(page, `/console/uploads?upload=${second}`)
    const drawer = page.getByRole('dialog', { name: 'Ada second.jpg' })
    await drawer.getByRole('button', { name: 'Withdraw' }).click()
    const act = page.getByRole('dialog', { name: 'Withdraw this picture?' })
    await act.getByText('Can be undone').waitFor()
    await assertAccessible(t, page, 'an act')
    await act.getByRole('button', { name: 'Withdraw' }).click()
    await act.getByText('Please fill this in').waitFor()

    const network = await openNetwork(page)
    mayRefuse(page, ['net::ERR_INTERNET_DISCONNECTED', avatars.withdraw])
    await act.getByLabel('Reason').fill('Not a person')
    await network({ offline: true })
    await act.getByRole('button', { name: 'Withdraw' }).click()
    await act.getByRole('alert').filter({ hasText: 'The server cannot be reached' }).waitFor()
    await network({})
    t.equal(await act.getByLabel('Reason').inputValue(), 'Not a person', 'what was typed stays')

    // Its owner chose another one a moment ago.
    const third = await publish(ada, 'Ada third.jpg', '#f0d21e')
    await act.getByRole('button', { name: 'Withdraw' }).click()
    await act.getByRole('alert').filter({ hasText: 'superseded' }).waitFor()
    await assertAccessible(t, page, 'an act that came too late')
    t.equal(await statusOf(second), 'superseded')
    t.equal(await statusOf(third), 'published', 'the new one was not touched')
    await act.getByRole('button', { name: 'Look at it as it is now' }).click()

    await drawer.getByRole('button', { name: 'Erase' }).click()
    await page.getByText('Cannot be undone: the picture is lost.').waitFor()
    await page
      .getByRole('dialog', { name: 'Erase this picture?' })
      .getByRole('button', { name: 'Erase' })
      .click()
    await page.getByRole('dialog', { name: 'An erased upload' }).getByText('Erased. Its row').waitFor()
    await page.getByRole('listitem').filter({ hasText: 'Erased' }).waitFor()
    t.equal(
      (await (await operator()).call(uploads.read, { params: { id: second } })).body.code,
      'upload-not-found',
    )

    await page.goto(`/console/uploads?upload=${third}`)
    await page.getByRole('button', { name: 'Withdraw' }).click()
    await page.getByLabel('Reason').fill('Not a person')
    await page
      .getByRole('dialog', { name: 'Withdraw this picture?' })
      .getByRole('button', { name: 'Withdraw' })
      .click()
    await page.getByText('Withdrawn. Its owner is told why.').waitFor()
    const withdrawn = page.getByRole('listitem').filter({ hasText: 'Withdrawn' })
    await withdrawn.getByText('published').waitFor()
    await withdrawn.getByText('Not a person').waitFor()
    t.equal(await statusOf(third), 'withdrawn')
    t.equal((await fetch(`${url}/v1/avatars/${ada.id}?default=404`)).status, 404)
    await page.getByRole('button', { name: 'Lift the hold' }).click()
    await page.getByRole('dialog').last().getByRole('button', { name: 'Lift the hold' }).click()
    await page.getByText('The hold is lifted.').waitFor()
    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByRole('dialog').last().getByRole('button', { name: 'Restore', exact: true }).click()
    await page.getByText('Restored. It is the avatar now.').waitFor()
    t.equal(await statusOf(third), 'published')
  })

  await test('another operator was faster', async (t, page) => {
    const id = await upload(grace, 'Grace twice.jpg', '#888888')
    await enter(page, `/console/uploads?upload=${id}`)
    await page.getByRole('button', { name: 'Refuse' }).click()
    await page.getByLabel('Reason').fill('Too plain')
    const { call } = await operator()
    await call(uploads.remove, { params: { id } })
    mayRefuse(page, [412, moderation.refuse])
    const dialog = page.getByRole('dialog', { name: 'Refuse this picture?' })
    await dialog.getByRole('button', { name: 'Refuse' }).click()
    await dialog.getByRole('alert').filter({ hasText: 'discarded' }).waitFor()
    await dialog.getByText('Discarded').last().waitFor()
    t.equal(await statusOf(id), 'discarded')
  })

  await test('every act is done only to what its dialog showed', async (t, page) => {
    mayRefuse(page, [412, uploads.remove], [412, uploads.restore], [412, uploads.liftHold])
    mayRefuse(page, [412, { ...avatars.describe, path: '/v1/avatars/:id' }])
    const { call } = await operator()
    const owner = await join('lise')
    const held = await publish(owner, 'Held.jpg', '#101060')
    await call(avatars.withdraw, { params: { userId: owner.id }, query: { reason: 'x' } })
    const past = await publish(owner, 'Past.jpg', '#106010')
    const live = await publish(owner, 'Live.jpg', '#601010')
    const waits = await upload(owner, 'Waits for it.jpg', '#606010')
    await enter(page, '/console')
    const late: readonly (readonly [string, string, RegExp, () => Promise<unknown>])[] = [
      [
        'Change the text',
        live,
        /Text/,
        () => owner.call(avatars.describe, { params: { userId: owner.id }, body: { altText: 'Me' } }),
      ],
      ['Discard', waits, /published/, () => owner.call(uploads.confirm, { params: { id: waits } })],
      ['Lift the hold', held, /withdrawn/, () => call(uploads.restore, { params: { id: held } })],
      ['Restore', past, /published/, () => call(uploads.restore, { params: { id: past } })],
    ]
    for (const [name, id, changed, before] of late) {
      await page.goto(`/console/uploads?upload=${id}`)
      await page.getByRole('button', { name }).click()
      const dialog = page.getByRole('dialog').last()
      await before()
      await dialog.getByRole('button', { name }).click()
      await dialog.getByRole('alert').filter({ hasText: changed }).waitFor()
      if (id !== live)
        t.equal(await dialog.getByRole('button', { name }).count(), 0, `${name} is offered no more`)
    }

    // A text can still be changed: both are shown, and the decision is on what it is now.
    const text = 'Lise laughing, in a red coat'
    await page.goto(`/console/uploads?upload=${past}`)
    await page.getByRole('button', { name: 'Change the text' }).click()
    const dialog = page.getByRole('dialog', { name: 'The text of this picture' })
    await dialog.getByLabel('Text').fill(text)
    await owner.call(avatars.describe, { params: { userId: owner.id }, body: { altText: 'It is me' } })
    await dialog.getByRole('button', { name: 'Change the text' }).click()
    await dialog.getByRole('alert').filter({ hasText: 'It is me' }).waitFor()
    t.equal(await dialog.getByLabel('Text').inputValue(), text, 'what was typed stays')
    await dialog.getByRole('button', { name: 'Change the text, as it is now' }).click()
    await page.getByText('The text is changed.').waitFor()
    const entry = page.getByRole('listitem').filter({ hasText: 'Text changed' }).filter({ hasText: text })
    t.match(await entry.textContent(), new RegExp(`It is me.*became.*${text}`), 'before and after')
    t.equal(await page.getByRole('dialog').getByRole('img', { name: text }).count(), 1)
    t.equal((await owner.call(uploads.read, { params: { id: past } })).body.altText, text)
    const { rows } = await query('select alt_text from uploads where id = $1', [past])
    t.strictSame(rows, [{ alt_text: text }])
    await waitFor(async () => (await owner.call(me.read, {})).body.avatar?.altText === text, {
      for: 'the profile to have the text',
    })
  })

  await test('many at once: first what would happen, then what did', async (t, page) => {
    const ids = [
      await upload(grace, 'Bulk one.jpg', '#101010'),
      await upload(grace, 'Bulk two.jpg', '#202020'),
    ]
    const gone = await upload(grace, 'Bulk gone.jpg', '#303030')
    await grace.call(uploads.remove, { params: { id: gone } })
    await enter(page, '/console/uploads?q=bulk')
    await row(page, 'Bulk one.jpg').waitFor()
    await page.getByLabel('Select all of this page').check()
    await page.getByText('3 uploads selected').waitFor()
    await assertAccessible(t, page, 'a selection')
    await page.getByRole('button', { name: 'Withdraw or refuse' }).click()
    const dialog = page.getByRole('dialog', { name: 'Withdraw or refuse' })
    await dialog.getByText('2 of 3 would change.').waitFor()
    t.strictSame([await statusOf(ids[0] ?? ''), await statusOf(ids[1] ?? '')], ['pending', 'pending'])
    await dialog.getByLabel('Reason').fill('Not pictures of people')
    await assertAccessible(t, page, 'a plan for many')
    // Another operator refuses one of them in the meantime.
    const { call } = await operator()
    await call(uploads.remove, { params: { id: ids[1] ?? '' } })
    mayRefuse(page, [412, moderation.refuse])
    await dialog.getByRole('button', { name: 'Do it to 2 uploads' }).click()
    await dialog.getByText('Done: 1 of 2').waitFor()
    t.strictSame([await statusOf(ids[0] ?? ''), await statusOf(ids[1] ?? '')], ['rejected', 'discarded'])
    await assertAccessible(t, page, 'the outcome for many')
  })

  await test('a picture is taken down everywhere, by any of its addresses', async (t, page) => {
    mayRefuse(page, [409, moderation.takeDown], [422, moderation.takeDown])
    const owners = [await join('una'), await join('duo')]
    const same = await Promise.all(owners.map((owner) => publish(owner, 'Same.jpg', '#b0307a')))
    await enter(page, '/console/take-down')
    await page.getByText('No picture was taken down yet.').waitFor()
    await assertAccessible(t, page, 'the take-down')
    await assertStill(t, page)
    await page.getByRole('button', { name: 'Find every use' }).click()
    await page.getByText('Please paste an address').waitFor()
    await page.getByLabel('Address or id').fill('https://elsewhere.example/picture.jpg')
    await page.getByRole('button', { name: 'Find every use' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Address or id').fill(`${url}/v1/avatars/${owners[0]?.id}?size=64`)
    await page.getByLabel('Block it from now on').check()
    await page.getByRole('button', { name: 'Find every use' }).click()
    await page.getByText('2 uploads of 2 users; 2 would change.').waitFor()
    for (const name of ['una', 'duo']) await row(page, name).getByText('withdrawn').waitFor()
    await assertAccessible(t, page, 'the uses of a picture')

    // One of its owners uploads it again in the meantime.
    const third = await upload(owners[1] ?? ada, 'Again.jpg', '#b0307a')
    await page.getByLabel('Reason').fill('It is not theirs')
    await page.getByRole('button', { name: 'Take down 2 uses and block it' }).click()
    const changed = page.getByRole('alert')
    await changed.getByRole('button', { name: 'Look again' }).click()
    await page.getByText('3 uploads of 2 users; 3 would change.').waitFor()
    t.strictSame(await Promise.all(same.map(statusOf)), ['published', 'published'])
    await page.getByLabel('Reason').fill('It is not theirs')
    await page.getByRole('button', { name: 'Take down 3 uses and block it' }).click()
    await page.getByText('withdrawn: 2').waitFor()
    await page.getByText('refused: 1').waitFor()
    const outcome = page.getByRole('list', { name: 'What was done, by owner' })
    await outcome.getByRole('listitem').filter({ hasText: 'duo' }).getByText('rejected').waitFor()
    await assertAccessible(t, page, 'the outcome of a take-down')
    t.strictSame(await Promise.all([...same, third].map(statusOf)), ['withdrawn', 'withdrawn', 'rejected'])

    await page.getByRole('link', { name: 'Another picture' }).click()
    await page.getByRole('region', { name: 'Deny-list' }).getByText('It is not theirs').waitFor()
    await page.getByRole('button', { name: 'Unblock' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('A mistake')
    await page.getByRole('dialog').getByRole('button', { name: 'Unblock' }).click()
    await page.getByText('No picture is blocked.').waitFor()
    await upload(ada, 'Same.jpg', '#b0307a')
  })

  await test('users are found, looked at and acted on', async (t, page) => {
    mayRefuse(page, [412, { ...administration.patchUser, path: '/v1/admin/users/:id' }])
    mayRefuse(page, [400, { ...administration.patchUser, path: '/v1/admin/users/:id' }])
    mayRefuse(page, [404, { ...administration.patchUser, path: '/v1/admin/users/:id' }])
    mayRefuse(page, [412, administration.closeUser])
    const user = await join('rita')
    const nickname = `${'ن'.repeat(30)} 🦦`
    await user.call(me.patch, { body: { profile: { nickname } } })
    await enter(page, '/console/users')
    await row(page, 'rita').waitFor()
    await assertAccessible(t, page, 'the list of users')
    await assertStill(t, page)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Next row, previous row').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('rita@')
    await page.keyboard.press('Enter')
    await row(page, 'grace').waitFor({ state: 'detached' })
    await page.getByRole('heading', { level: 1 }).click()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const drawer = page.getByRole('dialog', { name: '@rita' })
    await drawer.getByText(nickname).first().waitFor()
    await drawer.getByText('The profile was changed').waitFor()
    await assertAccessible(t, page, 'a user')

    // Another operator changes the group while this one looks.
    await drawer.getByRole('button', { name: 'Disable' }).click()
    const { call } = await operator()
    const params = { id: user.id }
    await call(administration.patchUser, { params, body: { group: 'staff' } })
    const act = page.getByRole('dialog', { name: 'Disable' })
    await act.getByRole('button', { name: 'Disable' }).click()
    await act.getByRole('alert').filter({ hasText: 'customer' }).filter({ hasText: 'staff' }).waitFor()
    await assertAccessible(t, page, 'an act on someone who has changed')
    t.equal((await call(administration.readUser, { params })).body.disabledAt, null)
    await act.getByRole('button', { name: 'Look at them as they are now' }).click()
    await drawer.getByRole('button', { name: 'Disable' }).click()
    await act.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('The account is disabled.').waitFor()
    t.match((await call(administration.readUser, { params })).body.disabledAt, /Z$/)
    await drawer.getByRole('button', { name: 'Enable' }).click()
    await page.getByRole('dialog', { name: 'Enable' }).getByRole('button', { name: 'Enable' }).click()
    await page.getByText('The account is enabled.').waitFor()
    await drawer.getByRole('button', { name: 'Change the group' }).click()
    const group = page.getByRole('dialog', { name: 'Change the group' })
    await group.getByLabel('Group').fill('nothing')
    await group.getByRole('button', { name: 'Change the group' }).click()
    await group.getByText(/must be one of: .*customer/i).waitFor()
    await page.keyboard.press('Escape')
    for (const [name, said] of [
      ['Verify the address', 'The address is verified.'],
      ['End all sessions', 'Every session has ended.'],
    ] as const) {
      await drawer.getByRole('button', { name }).click()
      await page.getByRole('dialog', { name }).getByRole('button', { name }).click()
      await page.getByText(said).waitFor()
    }
    await drawer.getByRole('button', { name: 'Change the role' }).click()
    const role = page.getByRole('dialog', { name: 'Change the role' })
    await role.getByLabel('Role').selectOption('manager')
    await role.getByLabel('Reason').fill('Helps out')
    await role.getByRole('button', { name: 'Change the role' }).click()
    await drawer.getByText('manager', { exact: true }).first().waitFor()
    t.match((await call(administration.readUser, { params })).body, {
      role: 'manager',
      emailVerified: true,
      disabledAt: null,
    })

    await drawer.getByRole('button', { name: 'Upload for them' }).click()
    const upload = page.getByRole('dialog', { name: 'A picture for @rita' })
    const buffer = await sharp({ create: { width: 90, height: 120, channels: 3, background: '#7a30b0' } })
      .png()
      .toBuffer()
    await upload
      .getByLabel('Choose a picture')
      .setInputFiles({ name: 'Rita.png', mimeType: 'image/png', buffer })
    await upload.getByRole('button', { name: 'Make it their picture' }).click()
    await upload.getByText('It is their avatar now.').waitFor()
    await assertAccessible(t, page, 'a picture for someone')
    await page.keyboard.press('Escape')
    const { body } = await call(history.list, { query: { userId: user.id } })
    t.match(body.items, [{ originalFilename: 'Rita.png', status: 'published', uploadedBy: /-/ }])

    await drawer.getByRole('button', { name: 'Close the account' }).click()
    const close = page.getByRole('dialog', { name: 'Close the account' })
    await close.getByText('everything is lost').waitFor()
    await close.getByLabel('Reason').fill('Asked by phone')
    // Another operator moves them a moment before.
    await call(administration.patchUser, { params, body: { group: 'customer' } })
    await close.getByRole('button', { name: 'Close the account' }).click()
    const changed = close.getByRole('alert').filter({ hasText: /staff.*became.*customer/ })
    await changed.waitFor()
    await assertAccessible(t, page, 'a close of someone who has changed')
    t.equal((await call(administration.readUser, { params })).status, 200, 'nothing was done')
    t.equal(await close.getByLabel('Reason').inputValue(), 'Asked by phone', 'what was typed stays')
    await close.getByRole('button', { name: 'Look at them as they are now' }).click()
    await drawer.getByText('customer', { exact: true }).first().waitFor()

    // Once more: the change is seen, and the decision stays.
    await drawer.getByRole('button', { name: 'Close the account' }).click()
    await close.getByLabel('Reason').fill('Asked by phone, twice')
    await call(administration.patchUser, { params, body: { disabled: true } })
    await close.getByRole('button', { name: 'Close the account' }).click()
    await close
      .getByRole('alert')
      .filter({ hasText: /Disabled.*no.*became.*yes/ })
      .waitFor()
    await close.getByRole('button', { name: 'Close the account, as they are now' }).click()
    await page.getByText('The account is closed.').waitFor()
    const { body: erasures } = await call(administration.listErasures, { query: {} })
    t.match(erasures.items[0], { reason: 'Asked by phone, twice' })
    t.equal((await call(administration.readUser, { params })).body.code, 'user-not-found')
  })

  await test('figures, failures and upkeep', async (t, page) => {
    const ids: string[] = []
    for (const colour of ['#123456', '#223456', '#323456'])
      ids.push(await upload(ada, `Waits ${colour}.jpg`, colour))
    const unprepared = async () =>
      Number(
        (await query('select count(*) from uploads where id = any($1) and prepared_at is null', [ids]))
          .rows[0]?.count,
      )
    await waitFor(async () => (await unprepared()) === 0, { for: 'the previews' })
    await query(
      `update uploads set prepared_at = null, uploaded_at = now() - interval '1 hour' where id = any($1)`,
      [ids],
    )
    await enter(page, '/console/insights')
    await page
      .getByRole('img', { name: /From upload to avatar over time/ })
      .locator('canvas')
      .waitFor()
    const { call } = await operator()
    const { body } = await call(stats.read, { query: {} })
    await page.getByText('As a table').first().click()
    const table = page.getByRole('region', { name: 'From upload to avatar, as a table' })
    const last = body.items.at(-1)
    t.strictSame(
      await table.getByRole('row').last().getByRole('cell').allTextContents(),
      [last?.uploads, last?.confirms, last?.publishes].map(String),
    )
    await assertAccessible(t, page, 'the insights')
    await page.getByLabel('Range', { exact: true }).selectOption('day')
    await page.waitForURL('**/console/insights?range=day')
    await page.reload()
    t.equal(await page.getByLabel('Range', { exact: true }).inputValue(), 'day')
    await page
      .getByRole('img', { name: /From upload to avatar over time/ })
      .locator('canvas')
      .waitFor()
    await assertStill(t, page)

    await page.goto('/console/failures')
    await page.getByRole('link', { name: 'Not run yet, or the job was lost' }).click()
    const cause = page.getByRole('dialog')
    await cause.getByRole('row').nth(1).waitFor()
    await assertAccessible(t, page, 'a cause of failures')
    // Some of them, and whoever has seen enough stops it.
    const held = await holdRequest(page, failures.retry)
    await cause.getByLabel('Select all of this page').check()
    await cause.getByRole('button', { name: 'Try 3 selected uploads again' }).click()
    await cause.getByRole('button', { name: '0 of 3' }).waitFor()
    await cause.getByRole('button', { name: 'Stop' }).click()
    held.release()
    await cause.getByText('Tried again: 1').waitFor()
    await cause.getByText('You stopped it: 2 were not reached.').waitFor()
    await assertAccessible(t, page, 'failures that were tried again')
    await waitFor(async () => (await unprepared()) === 2, { for: 'the first to be tried' })
    await cause.getByRole('button', { name: 'Try all again' }).click()
    await cause.getByRole('button', { name: 'Try 2 again now' }).click()
    await cause.getByText('Tried again: 2').waitFor()
    await waitFor(async () => (await unprepared()) === 0, { for: 'the others' })
    await page.keyboard.press('Escape')
    // It goes back in the history, which a reload would cross.
    await cause.waitFor({ state: 'hidden' })
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Failures' }).waitFor()
    await assertAccessible(t, page, 'the failures')

    await page.goto('/console/upkeep')
    await page.getByRole('region', { name: 'Accounts' }).getByRole('link', { name: 'retire-keys' }).waitFor()
    await assertAccessible(t, page, 'the upkeep')
    await assertStill(t, page)
    t.equal(
      (
        await page.request.get(
          (await page.getByRole('link', { name: 'Local inbox' }).getAttribute('href')) ?? '',
        )
      ).status(),
      200,
    )
    await page.getByRole('region', { name: 'Media' }).getByRole('link', { name: 'collect-garbage' }).click()
    const task = page.getByRole('dialog', { name: 'collect-garbage' })
    await task.getByRole('button', { name: 'Count what it would do' }).click()
    await task.getByText('only counted').first().waitFor()
    await task.getByText('done').first().waitFor()
    await task.getByRole('button', { name: 'Run now' }).click()
    await task.getByRole('listitem').nth(1).getByText('only counted').waitFor()
    await task.getByRole('listitem').first().getByText('done').waitFor()
    await assertAccessible(t, page, 'a task')
    const runs = await call(upkeep.read, { params: { task: 'collect-garbage' } })
    t.match(
      runs.body.runs.map(({ dryRun, status }) => [dryRun, status]),
      [
        [false, 'done'],
        [true, 'done'],
      ],
    )
  })

  await test('a range of one’s own is in the address, and its figures are those of the database', async (t, page) => {
    mayRefuse(page, [400, stats.read])
    // The parts of a range are days of UTC, wherever someone looks at them.
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Emulation.setTimezoneOverride', { timezoneId: 'America/New_York' })
    const dayBefore = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
    const [from, to] = [dayBefore(41), dayBefore(37)]
    await insertEvents(first, [
      [`${dayBefore(42)}T23:59:00Z`, 'uploaded', {}],
      [`${from}T00:10:00Z`, 'uploaded', {}],
      [`${from}T00:10:05Z`, 'confirmed', { version: 1 }],
      [`${from}T00:10:07Z`, 'published', { version: 1 }],
      [`${dayBefore(39)}T12:00:00Z`, 'uploaded', {}],
      [`${dayBefore(39)}T12:00:01Z`, 'rejected', { code: 'undecodable' }],
      [`${to}T23:50:00Z`, 'uploaded', {}],
      [`${dayBefore(36)}T00:01:00Z`, 'uploaded', {}],
    ])
    const { rows } = await query(
      `select to_char(day, 'Mon FMDD, YYYY') as day,
        count(*) filter (where type = 'uploaded') as uploaded, count(*) filter (where type = 'confirmed') as confirmed,
        count(*) filter (where type = 'published') as published
      from generate_series($1::timestamp, $2::timestamp, '1 day') as day
        left join upload_events on at at time zone 'UTC' >= day and at at time zone 'UTC' < day + interval '1 day'
      group by day order by day`,
      [from, to],
    )
    const expected = rows.map(({ day, uploaded, confirmed, published }) => [
      day,
      uploaded,
      confirmed,
      published,
    ])

    await enter(page, '/console/insights?range=week')
    await page.getByLabel('Range', { exact: true }).selectOption('own')
    const [fromDay, toDay] = [page.getByLabel('From (day in UTC)'), page.getByLabel('To (included)')]
    await page.waitForURL(`**/console/insights?range=own&from=${dayBefore(30)}&to=${dayBefore(0)}`)
    await toDay.fill(to)
    await page.getByText('It ends before it begins.').waitFor()
    await fromDay.fill(from)
    await page.getByText('As a table').first().click()
    const table = page.getByRole('region', { name: 'From upload to avatar, as a table' })
    await table.getByRole('rowheader', { name: expected[0]?.[0] }).waitFor()
    const shown = async () => {
      const texts = table.getByRole('row').getByRole('rowheader').or(table.getByRole('cell'))
      const cells = await texts.allTextContents()
      return Array.from({ length: cells.length / 4 }, (_, row) => cells.slice(row * 4, row * 4 + 4))
    }
    t.strictSame(await shown(), expected)
    t.strictSame(
      expected.map(([, uploaded]) => uploaded),
      ['1', '0', '1', '0', '1'],
      'days are whole and of UTC',
    )
    const tile = async (name: string) => {
      const tiles = page.getByRole('region', { name: 'In this range' })
      const one = tiles.locator('div', { has: page.getByText(name, { exact: true }) }).getByRole('definition')
      const [about = ''] = await one.locator('span').allTextContents()
      return (await one.textContent())?.replace(about, '')
    }
    const bytes = await query('select sum(bytes) as bytes from uploads where id = $1', [first])
    t.equal(await tile('Uploads'), '3')
    t.equal(await tile('Published'), '1')
    t.equal(await tile('Rejected or failed'), '1')
    const { call } = await operator()
    const range = { from: `${from}T00:00:00Z`, to: `${dayBefore(36)}T00:00:00Z` }
    const { total } = (await call(stats.read, { query: range })).body
    t.match(total, { uploads: 3, publishes: 1, rejections: 1, bytes: 3 * Number(bytes.rows[0]?.bytes) })
    const figure = page.getByRole('region', { name: 'From upload to avatar', exact: true })
    await figure.locator('.u-over').hover({ position: { x: 2, y: 90 } })
    await figure
      .getByRole('listitem')
      .filter({ hasText: /^uploaded1$/ })
      .waitFor()
    await figure.getByText(expected[0]?.[0], { exact: true }).first().waitFor()
    await assertAccessible(t, page, 'a range of one’s own')

    // What cannot be read says why, and takes nothing away.
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().includes(stats.read.path)) asked.push(request.url())
    })
    await toDay.fill(dayBefore(45))
    await page.getByText('It ends before it begins.').waitFor()
    await page.getByText('These are still the figures of the range before.').waitFor()
    t.strictSame(await shown(), expected)
    await assertAccessible(t, page, 'a range that ends before it begins')
    await toDay.fill('')
    await page.getByText('Choose a day.').waitFor()
    t.strictSame(await shown(), expected)
    await toDay.fill(dayBefore(45))
    t.strictSame(asked, [], 'nobody is asked for it')
    await page.reload()
    await page.getByText('It ends before it begins.').waitFor()
    await page.getByRole('heading', { name: 'Choose a range' }).waitFor()
    t.strictSame([await fromDay.inputValue(), await toDay.inputValue()], [from, dayBefore(45)])
    await toDay.fill(to)
    await page.getByText('As a table').first().click()
    await table.getByRole('rowheader', { name: expected[0]?.[0] }).waitFor()
    t.strictSame(await shown(), expected)

    await fromDay.fill('2020-01-01')
    await alert(page, 'The range has too many parts', 'at most 1000 parts')
    t.strictSame(await shown(), expected)
    await assertAccessible(t, page, 'a range that is too long')
    await page.getByLabel('By', { exact: true }).selectOption('month')
    await table.getByRole('rowheader', { name: 'Jan 1, 2020' }).waitFor()
    t.equal(await page.getByRole('alert').count(), 0)
    await page.goBack()
    await alert(page, 'The range has too many parts', 'at most 1000 parts')
    t.match(Object.fromEntries(new URL(page.url()).searchParams), { range: 'own', from: '2020-01-01', to })
    t.strictSame([await fromDay.inputValue(), await toDay.inputValue()], ['2020-01-01', to])
    await page.goBack()
    await page.waitForURL('**/console/insights?range=week')
    t.equal(await fromDay.count(), 0)
    await page.goForward()
    t.equal(await toDay.inputValue(), to)
  })

  await test('on a phone', async (t, page) => {
    await page.setViewportSize({ width: 390, height: 780 })
    await enter(page, '/console/uploads?q=ada')
    await page.getByRole('link', { name: 'Ada first.jpg' }).click()
    const drawer = page.getByRole('dialog', { name: 'Ada first.jpg' })
    await drawer.getByRole('heading', { name: 'The trail' }).waitFor()
    await drawer.getByRole('button', { name: 'Close' }).click()
    await drawer.waitFor({ state: 'detached' })
    const addresses = [
      'uploads',
      'take-down',
      'failures',
      'users',
      'insights',
      'upkeep',
      'queues',
      'keys',
      'webhooks',
    ]
    for (const address of addresses) {
      await page.goto(`/console/${address}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.locator('[aria-busy="true"], .animate-pulse').first().waitFor({ state: 'detached' })
      t.ok(
        await page.evaluate('document.documentElement.scrollWidth <= 390'),
        `${address} scrolls in its box alone`,
      )
      await assertStill(t, page)
    }

    // In French, and as narrow as a page may be.
    const { call } = await operator()
    await call(me.patch, { body: { profile: { locale: 'fr' } } })
    await page.setViewportSize({ width: 320, height: 640 })
    for (const address of addresses) {
      await page.goto(`/console/${address}`)
      await page.locator('html[lang=fr]').waitFor()
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.locator('[aria-busy="true"], .animate-pulse').first().waitFor({ state: 'detached' })
      t.ok(await page.evaluate('document.documentElement.scrollWidth <= 320'), `${address} fits in French`)
      const seen = (await page.locator('main, header').allTextContents()).join(' ')
      t.notMatch(seen, /\b(the|your|you|and|with|that|are)\b/i, `${address} is French`)
    }
    await call(me.patch, { body: { profile: { locale: 'en' } } })
  })

  await test('ten thousand uploads are paged through in bounded space, and exported whole', async (t, page) => {
    await insertMany(10_000)
    await enter(page, '/console/uploads?q=crowd')
    const shown = async () => page.getByRole('row').count()
    await row(page, 'crowd').first().waitFor()
    t.equal(await shown(), 51)
    const seen = new Set<string>()
    for (let count = 0; count < 15; count += 1) {
      const name = (await page.getByRole('row').nth(1).textContent()) ?? ''
      t.notOk(seen.has(name))
      seen.add(name)
      await page.getByRole('link', { name: 'Next' }).click()
      await page.getByText(name.slice(0, 20)).waitFor({ state: 'detached' })
      t.equal(await shown(), 51)
    }
    t.ok(page.url().length < 2000, 'the address stays short')
    const here = page.url()
    const name = (await page.getByRole('row').nth(1).textContent()) ?? ''
    await page.reload()
    await page.getByText(name.slice(0, 20)).waitFor()
    await page.getByRole('link', { name: 'Previous' }).click()
    await page.getByText(name.slice(0, 20)).waitFor({ state: 'detached' })
    t.not(page.url(), here)
    await page.getByRole('link', { name: 'Next' }).click()
    await page.waitForURL(here)
    await page.getByText(name.slice(0, 20)).waitFor()

    await page.getByRole('button', { name: 'Export' }).click()
    await assertAccessible(t, page, 'the export')
    let ndjsonBytes = 0
    for (const [type, label] of [
      ['text/csv', 'csv'],
      ['application/x-ndjson', 'ndjson'],
    ] as const) {
      await page.evaluate('delete window.showSaveFilePicker')
      await page.getByLabel('Format').last().selectOption(label)
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Save the file' }).click()
      const saved = await readFile(await (await download).path())
      const { token } = await operator()
      const answer = await fetch(`${url}/v1/history?q=crowd`, {
        headers: { accept: type, authorization: `Bearer ${token}` },
      })
      t.ok(saved.equals(Buffer.from(await answer.arrayBuffer())), `${label} has the bytes of the API`)
      ndjsonBytes = saved.length
      await page.getByText(/Saved: 10,000 uploads/).waitFor()
    }
    // A browser that can write to files: this one is of its private file system.
    await page.evaluate(`window.showSaveFilePicker = async () =>
      (await navigator.storage.getDirectory()).getFileHandle('export', { create: true })`)
    await page.getByRole('button', { name: 'Save the file' }).click()
    const sizeOfFile = () =>
      page.evaluate(`(async () => {
        const folder = await navigator.storage.getDirectory()
        return (await (await folder.getFileHandle('export')).getFile()).size
      })()`)
    await waitFor(async () => (await sizeOfFile().catch(() => 0)) === ndjsonBytes)
    const network = await openNetwork(page)
    await network({ down: 50_000 })
    await page.getByRole('button', { name: 'Save the file' }).click()
    await page.getByText(/^[1-9][\d,]* uploads, /).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Cancelled. No file was saved.').waitFor()
    await network({})
    t.equal(await sizeOfFile(), ndjsonBytes, 'the file is as it was')
    await page.route('**/v1/history?q=crowd', (route) =>
      route.fulfill({ status: 200, contentType: 'application/x-ndjson', body: '{"id":"cut off"}\n' }),
    )
    await page.getByRole('button', { name: 'Save the file' }).click()
    await alert(page, 'The export broke off', 'nothing was saved')
  })

  await test('a role lost while the console is open leads out of it', async (t, page) => {
    await join('mara')
    const { call } = await operator()
    const found = await accounts.db
      .selectFrom('users')
      .select('id')
      .where('username', '=', 'mara')
      .executeTakeFirst()
    const params = { id: found?.id ?? '' }
    await call(administration.patchUser, { params, body: { role: 'manager' } })
    await page.goto('/log-in')
    await logIn(page, 'mara')
    await signedIn(page)
    await page.goto('/console/keys')
    await page.getByRole('heading', { name: 'The console has no such page for you' }).waitFor()
    await page.goto('/console/users?q=grace')
    await page.getByRole('link', { name: 'grace' }).click()
    await page.getByRole('button', { name: 'Disable' }).click()
    const act = page.getByRole('dialog', { name: 'Disable' })

    // A session that ends in the middle of an act loses nothing, and the act is done after the next log-in.
    await act.getByLabel('Reason').fill('Asked by her')
    const mara = await person('mara')
    await mara.call(sessions.logOutEverywhere, {})
    const { patchUser, readUser, listUsers, listActivity } = administration
    for (const one of [listUsers, readUser, listActivity, patchUser]) mayRefuse(page, [401, one], [403, one])
    mayRefuse(page, [401, sessions.refresh], [401, me.read])
    await act.getByRole('button', { name: 'Disable' }).click()
    await page.getByRole('dialog', { name: 'Log in again' }).waitFor()
    await logIn(page, 'mara')
    await page.getByRole('dialog', { name: 'Log in again' }).waitFor({ state: 'detached' })
    t.equal(await act.getByLabel('Reason').inputValue(), 'Asked by her')
    await act.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('The account is disabled.').waitFor()
    await page.getByRole('button', { name: 'Enable' }).click()
    const enable = page.getByRole('dialog', { name: 'Enable' })
    await enable.getByLabel('Reason').fill('She is back since Monday')

    // The role goes while the dialog is open: nothing is done, and what was typed is handed over.
    await call(patchUser, { params, body: { role: 'user' } })
    await enable.getByRole('button', { name: 'Enable' }).click()
    await page.getByRole('dialog', { name: 'Log in again' }).waitFor()
    await logIn(page, 'mara')
    await page.getByRole('heading', { name: 'The console is for operators' }).waitFor()
    const typed = page.getByRole('region', { name: 'What you had typed' })
    await typed.getByText('She is back since Monday').waitFor()
    t.match(await typed.textContent(), 'Enable · Reason')
    t.notOk(await page.getByRole('table').count())
    t.notOk(await page.getByRole('dialog').count())
    await assertAccessible(t, page, 'the console of someone who lost the right')
    const { disabledAt } = (await call(readUser, { params: { id: grace.id } })).body
    t.match(disabledAt, /Z$/, 'nothing was done')
    await page.goto('/console/users')
    await page.getByRole('heading', { name: 'The console is for operators' }).waitFor()
    t.notOk(await typed.count(), 'it is shown this once')
  })

  /** What no operator can do by the API. */
  async function query(text: string, values: readonly unknown[]) {
    const client = new pg.Client({ connectionString: media.env.DATABASE_URL })
    await client.connect()
    try {
      return await client.query(text, [...values])
    } finally {
      await client.end()
    }
  }

  /** Events of an upload in the past. */
  async function insertEvents(id: string, events: readonly (readonly [string, string, unknown])[]) {
    await query(
      `insert into upload_events (user_id, upload_id, at, type, details)
      select user_id, id, (event ->> 0)::timestamptz, event ->> 1, event -> 2
      from uploads, jsonb_array_elements($2) as event where id = $1`,
      [id, JSON.stringify(events)],
    )
  }

  /** Uploads that only the database has: pictures nobody looks at. */
  async function insertMany(count: number) {
    await query(
      `with made as (
        insert into uploads (user_id, id, original_filename, format, bytes, width, height, pages, sha256, expires_at)
        select $1::uuid, uuidv7(), 'crowd ' || lpad(n::text, 5, '0') || repeat(' x', 60) || '.jpg', 'jpeg', n, 9, 9, 1,
          repeat('ab', 32), now() + interval '1 day'
        from generate_series(1, $2::integer) as n
        returning *
      )
      insert into upload_facts (user_id, id, bytes, format, sha256, filename)
      select user_id, id, bytes, format, decode(sha256, 'hex'), original_filename from made`,
      [grace.id, count],
    )
  }
})

/** Notes what moves without anyone having done something. */
const noteShifts = `
  window.shifts = []
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput) window.shifts.push(...sources.map(({ node }) => node?.outerHTML?.slice(0, 200)))
  }).observe({ type: 'layout-shift', buffered: true })`

const assertStill = async (t: Test, page: Page) =>
  t.strictSame(await page.evaluate('window.shifts'), [], 'nothing moved by itself')

import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { administration, avatars, history, me, sessions, uploads } from '@likeness/contracts/endpoints'
import { noPhotos, openCalls, photo, waitFor } from '@likeness/test-kit'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import {
  elsewhere,
  fields,
  layoutShift,
  publish,
  send,
  statusOf,
  transcript,
} from './testing/account-steps.js'
import { assertAccessible, mayRefuse, noChromium, openBrowser, usePage } from './testing/open-page.js'
import {
  alert,
  drop,
  holdRequest,
  logIn,
  logOut,
  longer,
  openNetwork,
  password,
  register,
} from './testing/page-steps.js'
import { serveLikeness } from './testing/serve-likeness.js'

const pages = {
  '/': ['Your picture', 'Votre photo'],
  '/history': ['History', 'Historique'],
  '/profile': ['Profile', 'Profil'],
  '/security': ['Security', 'Sécurité'],
  '/activity': ['Activity', 'Activité'],
  '/data': ['Your data', 'Vos données'],
} as const

t.test('the account area', { skip: noChromium }, async (t) => {
  const { url, admin, accounts, media } = await serveLikeness(t)
  const browser = await openBrowser()
  const portrait = await fields(600, 900)
  const test = (name: string, body: (t: Test, page: Page) => Promise<void>) =>
    t.test(name, (t) => usePage(t, browser, url, body))
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
  const choose = (page: Page, name: string, buffer: Buffer, mimeType = 'image/jpeg') =>
    page.getByLabel('Picture', { exact: true }).setInputFiles({ name, mimeType, buffer })

  await test('every page is there by its address, accessible, without a shift, in both languages', async (t, page) => {
    await register(page, 'ada')
    const ada = await elsewhere(url, 'ada')
    await publish(ada, 'First.jpg', portrait)
    await publish(ada, 'Second.jpg', await fields(900, 600))
    for (const [path, [title]] of Object.entries(pages)) {
      await page.goto(path)
      await heading(page, title)
      await settled(page)
      t.equal(await layoutShift(page), 0, `${path} stays where it is`)
      await assertAccessible(t, page, path)
    }
    await page.goto('/profile')
    await page.getByLabel('Language', { exact: true }).selectOption({ label: 'Français' })
    await button(page, 'Save').click()
    await heading(page, 'Profil')
    await page.getByText('Enregistré', { exact: true }).waitFor()
    for (const [path, [, titre]] of Object.entries(pages)) {
      await page.goto(path)
      await heading(page, titre)
      await settled(page)
      t.equal(await page.evaluate('document.documentElement.lang'), 'fr')
      const seen = (await page.locator('main, header').allTextContents()).join(' ')
      const english = /\b(the|your|you|and|with|picture|password|address|file|account)\b/i
      t.notMatch(seen, english, `${path} is French`)
      await page.setViewportSize({ width: 320, height: 640 })
      t.ok(
        await page.evaluate('document.documentElement.scrollWidth <= 320'),
        `${path} fits 320 px in French`,
      )
      await page.setViewportSize({ width: 1280, height: 720 })
    }
    t.equal((await ada.call(me.read, {})).body.profile.locale, 'fr')

    // Requests that are made later are in the language that was chosen last, without another load of the page.
    mayRefuse(page, [401, sessions.logIn])
    await page.goto('/profile')
    await page.getByLabel('Langue', { exact: true }).selectOption({ label: 'English' })
    await button(page, 'Enregistrer').click()
    await heading(page, 'Profile')
    await page.getByText('Saved', { exact: true }).waitFor()
    await logOut(page)
    await page.getByRole('button', { name: 'Log in' }).click()
    await logIn(page, 'ada', 'not the password')
    await alert(page, 'Incorrect credentials', 'wrong')
  })

  await test('the profile is saved at once, and taken back with the reason', async (t, page) => {
    mayRefuse(page, [409, me.patch], [400, me.patch])
    await register(page, 'grace')
    const grace = await elsewhere(url, 'grace')
    await page.getByRole('link', { name: 'Profile' }).click()
    await page.getByLabel('Nickname').fill('Amazing Grace')
    await page.getByLabel('Profession', { exact: true }).fill('Rear admiral')
    await page.keyboard.press('Enter')
    await page.getByText('Saved', { exact: true }).waitFor()
    const others = page.getByRole('region', { name: 'As others see you' })
    await others.getByText('Rear admiral').waitFor()
    t.match((await grace.call(me.read, {})).body.profile, {
      nickname: 'Amazing Grace',
      profession: 'Rear admiral',
    })

    // Nothing that has focus is behind the bar with the buttons (WCAG 2.2 SC 2.4.11).
    await page.setViewportSize({ width: 390, height: 700 })
    await page.getByLabel('Nickname').focus()
    const behind = `(() => {
      const at = document.activeElement.getBoundingClientRect()
      const bar = document.querySelector('[type=submit]').getBoundingClientRect()
      return document.activeElement.closest('form') && at.bottom > bar.top && at.top < bar.top ? document.activeElement.name : ''
    })()`
    const hidden: unknown[] = []
    for (let count = 0; count < 14; count += 1) {
      hidden.push(await page.evaluate(behind))
      await page.keyboard.press('Tab')
    }
    t.strictSame(hidden.filter(Boolean), [])
    await page.setViewportSize({ width: 1280, height: 720 })

    // What is typed while the server answers stays.
    const slow = await holdRequest(page, me.patch)
    await page.getByLabel('Company').fill('Navy')
    await button(page, 'Save').click()
    await others.getByText('Rear admiral · Navy').waitFor()
    await page.getByLabel('First name').fill('Grace')
    slow.release()
    await waitFor(async () => (await grace.call(me.read, {})).body.profile.companyName === 'Navy', {
      for: 'the company to be saved',
    })
    await page.locator('button[type=submit]:not([aria-disabled])').waitFor()
    t.equal(await page.getByLabel('First name').inputValue(), 'Grace')
    await button(page, 'Save').click()
    await page.getByText('Saved', { exact: true }).waitFor()
    t.equal((await grace.call(me.read, {})).body.profile.firstName, 'Grace')

    // A name that another has: shown until the server refuses it.
    const held = await holdRequest(page, me.patch)
    const { username: taken } = await accounts.register()
    await page.getByLabel('Username').fill(taken)
    await button(page, 'Save').click()
    await others.getByText(`@${taken}`).waitFor()
    held.release()
    await page
      .getByRole('alert')
      .filter({ hasText: /username/i })
      .waitFor()
    await others.getByText('@grace').waitFor()
    t.equal(await page.getByLabel('Username').inputValue(), taken, 'what was typed stays')
    await assertAccessible(t, page, 'a refused profile')
    await button(page, 'Undo my changes').click()
    t.equal(await page.getByLabel('Username').inputValue(), 'grace')

    await page.getByLabel('Phone number').fill('no number')
    await page.getByLabel('GitHub page').fill('https://example.org/grace')
    await button(page, 'Save').click()
    await page.locator('[name="profile.phoneNumber"][aria-invalid]').waitFor()
    await page.locator('[name="profile.githubUrl"][aria-invalid]').waitFor()
    t.equal(await page.evaluate('document.activeElement.name'), 'profile.phoneNumber')

    await page.getByLabel('Phone number').fill('+33 1 23 45 67 89')
    await page.getByLabel('GitHub page').fill('')
    await page.getByLabel('Username').fill('admiral')
    await page.getByLabel('Date of birth').fill('1906-12-09')
    await page.getByLabel('My picture may be found by my e-mail address').check()
    await button(page, 'Save').click()
    await page.getByText('Saved', { exact: true }).waitFor()
    t.match((await grace.call(me.read, {})).body, {
      username: 'admiral',
      profile: { phoneNumber: '+33123456789', birthDate: '1906-12-09', discoverable: true, githubUrl: null },
    })
  })

  await test('fields of the group are part of the profile', async (t, page) => {
    mayRefuse(page, [400, me.patch])
    await page.getByLabel('Type of account').selectOption('Vendor')
    await page.getByLabel('Business name').fill('Plums')
    await register(page, 'vera')
    await page.goto('/profile')
    await page.getByLabel('Business name').fill('Plums & Co')
    await page.getByLabel('Vat number').fill('plum')
    await button(page, 'Save').click()
    await page.locator('[name="profile.custom.vatNumber"][aria-invalid]').waitFor()
    await page.getByLabel('Vat number').fill('FR12345678901')
    await button(page, 'Save').click()
    await page.getByText('Saved', { exact: true }).waitFor()
    const vera = await elsewhere(url, 'vera')
    t.strictSame((await vera.call(me.read, {})).body.profile.custom, {
      businessName: 'Plums & Co',
      vatNumber: 'FR12345678901',
    })
  })

  await test('a profile that was changed elsewhere shows both values, and one is chosen', async (t, page) => {
    mayRefuse(page, [412, me.patch])
    await register(page, 'joan')
    await page.goto('/profile')
    await page.getByLabel('Nickname').fill('Joan here')
    await page.getByLabel('Company').fill('Here Ltd')
    const joan = await elsewhere(url, 'joan')
    const other = { nickname: 'Joan there', companyName: 'There Ltd', profession: 'Clarke' }
    await joan.call(me.patch, { body: { profile: other } })
    await button(page, 'Save').click()
    const dialog = page.getByRole('dialog', { name: 'Changed in two places' })
    await dialog.waitFor()
    t.equal(await dialog.getByRole('radio').count(), 4, 'the profession was changed there alone')
    await assertAccessible(t, page, 'a conflict')
    await dialog.getByLabel('Joan there').check()
    await button(page, 'Save what I chose').click()
    await page.getByText('Saved', { exact: true }).waitFor()
    t.match((await joan.call(me.read, {})).body.profile, {
      nickname: 'Joan there',
      companyName: 'Here Ltd',
      profession: 'Clarke',
    })

    // A change of other fields is no conflict: the edit goes on top of it.
    await page.getByLabel('First name').fill('Joan')
    await joan.call(me.patch, { body: { profile: { lastName: 'Clarke' } } })
    await button(page, 'Save').click()
    await page.getByText('Saved', { exact: true }).waitFor()
    t.match((await joan.call(me.read, {})).body.profile, { firstName: 'Joan', lastName: 'Clarke' })
  })

  await test('a session that ends in the middle of an edit loses nothing that was typed', async (t, page) => {
    mayRefuse(page, [401, me.patch], [401, me.read], [401, sessions.refresh], [403, sessions.logIn])
    await register(page, 'barbara')
    await page.goto('/profile')
    await page.getByLabel('About you').fill('I write languages.')
    const barbara = await elsewhere(url, 'barbara')
    await barbara.call(sessions.logOutEverywhere, {})
    await button(page, 'Save').click()
    await page.getByRole('dialog', { name: 'Log in again' }).waitFor()
    await assertAccessible(t, page, 'the log-in in the middle of an edit')
    await logIn(page, 'barbara')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    t.equal(await page.getByLabel('About you').inputValue(), 'I write languages.')
    await button(page, 'Save').click()
    await page.getByText('Saved', { exact: true }).waitFor()

    // The account is disabled meanwhile.
    await page.getByLabel('About you').fill('I write CLU.')
    const { id, profile } = (await (await elsewhere(url, 'barbara')).call(me.read, {})).body
    t.equal(profile.bio, 'I write languages.')
    const operator = await elsewhere(url, admin.email, admin.password)
    const disabled = await operator.call(administration.patchUser, {
      params: { id },
      body: { disabled: true, reason: 'Asked by the team' },
    })
    t.equal(disabled.status, 200)
    await button(page, 'Save').click()
    await page.getByRole('dialog', { name: 'Log in again' }).waitFor()
    await logIn(page, 'barbara')
    await page.getByRole('dialog').getByRole('alert').filter({ hasText: 'disabled' }).waitFor()
    await operator.call(administration.patchUser, {
      params: { id },
      body: { disabled: false, reason: 'Settled' },
    })
    await logIn(page, 'barbara')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    t.equal(await page.getByLabel('About you').inputValue(), 'I write CLU.')
  })

  await test('the history: look, use again, frame anew, take away, erase', async (t, page) => {
    mayRefuse(page, [409, uploads.remove])
    await register(page, 'alan')
    const alan = await elsewhere(url, 'alan')
    await page.goto('/history')
    await page.getByText('No picture yet').waitFor()
    await assertAccessible(t, page, 'an empty history')
    const first = await publish(alan, 'First.jpg', portrait)
    const second = await publish(alan, 'Second.jpg', await fields(900, 600))
    const broken = await send(alan, 'Broken.jpg', portrait.subarray(0, portrait.length / 3))
    t.equal(broken.status, 'rejected')

    await page.reload()
    await page.getByText('The file is damaged or incomplete.').waitFor()
    await page.getByRole('button').filter({ hasText: 'First.jpg' }).focus()
    await page.keyboard.press('Enter')
    const drawer = page.getByRole('dialog', { name: 'First.jpg' })
    await button(page, 'Use it again').waitFor()
    t.match(page.url(), `open=${first.id}`)
    await t.resolves(
      page.evaluate('Promise.all([...document.images].map((image) => image.decode()))'),
      'every size of it is a picture',
    )
    await assertAccessible(t, page, 'an open picture')
    await page.goBack()
    await drawer.waitFor({ state: 'detached' })
    await page.goForward()
    await button(page, 'Use it again').click()
    await drawer.getByText('It is your avatar again.').waitFor()
    t.match(
      await page.evaluate('document.activeElement.textContent'),
      'It is your avatar again.',
      'the focus is on the outcome',
    )
    await statusOf(alan, first.id, 'published')
    await statusOf(alan, second.id, 'superseded')

    await button(page, 'Frame it anew').click()
    const across = page.getByRole('slider', { name: 'Picture, up and down' })
    await across.focus()
    await assertAccessible(t, page, 'framing it anew')
    // Down as far as it goes: the frame has its upper end.
    await page.keyboard.press('Home')
    await page.getByText('600 × 600 px of 600 × 900', { exact: true }).waitFor()
    t.equal(await across.getAttribute('aria-valuetext'), 'as far down as it goes')
    await button(page, 'Use it framed so').click()
    await drawer.getByText('Framed anew: it is your avatar.').waitFor()
    const [again] = (await alan.call(uploads.list, { query: { status: 'published' } })).body.items
    t.strictSame(again?.crop, { x: 0, y: 0, width: 600, height: 600 })
    t.not(again?.id, first.id, 'it is a version of its own')

    // The description of the picture that is shown.
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /Your avatar/ }).click()
    const params = { id: again?.id ?? '' }
    for (const [before, after] of [
      [null, 'Alan at his desk'],
      ['Alan at his desk', 'Alan at his desk, looking up'],
    ] as const) {
      await button(page, 'Change its description').click()
      t.equal(await page.evaluate('document.activeElement.name'), 'altText')
      t.equal(await page.getByLabel('Description').inputValue(), before ?? '')
      await page.getByLabel('Description').fill(after)
      if (before === null) await assertAccessible(t, page, 'the description of a picture')
      await button(page, 'Save the description').click()
      await page.getByText('The description is saved.').waitFor()
      await page.getByRole('img', { name: after, exact: true }).waitFor()
      t.equal((await alan.call(uploads.read, { params })).body.altText, after)
      await waitFor(async () => (await alan.call(me.read, {})).body.avatar?.altText === after, {
        for: 'the profile to have the description',
      })
      const trail = await (await elsewhere(url, admin.email, admin.password)).call(history.trail, {
        params: { uploadId: params.id },
      })
      const last = trail.body.items.at(-1)
      t.match(last, { type: 'described', changes: { altText: { before, after } } }, 'before and after')
    }
    await page.goto('/')
    await page.getByRole('img', { name: 'Alan at his desk, looking up' }).waitFor()
    await page.goto(`/history?open=${first.id}`)

    await button(page, 'Erase it').click()
    await assertAccessible(t, page, 'the question before erasing')
    await button(page, 'Keep it').click()
    await button(page, 'Erase it').click()
    await button(page, 'Erase it for good').click()
    await drawer.getByText('Erased.', { exact: true }).waitFor()
    t.equal((await alan.call(uploads.read, { params: { id: first.id } })).status, 404)
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: /Your avatar/ }).click()
    await button(page, 'Take it away').click()
    await page.getByText('Taken away. Nobody sees it now').waitFor()
    t.equal((await alan.call(me.read, {})).body.avatar?.version === again?.avatar?.version, false)
  })

  await test('the history and the activity have pages by address', async (t, page) => {
    await register(page, 'donald')
    const donald = await elsewhere(url, 'donald')
    for (let count = 0; count < 26; count += 1) {
      const { body } = await donald.send<{ id: string }>(
        'POST',
        `${uploads.create.path}?filename=${count}.jpg`,
        {
          body: portrait,
          headers: { 'content-type': 'image/jpeg' },
        },
      )
      await donald.call(uploads.remove, { params: { id: body.id } })
    }
    await page.goto('/history')
    await page.getByText('25.jpg').waitFor()
    t.equal(await page.getByRole('main').getByRole('listitem').count(), 24)
    await page.getByRole('link', { name: 'More' }).click()
    await page.getByText('1.jpg', { exact: true }).waitFor()
    t.equal(await page.getByRole('main').getByRole('listitem').count(), 2)
    await page.reload()
    await page.getByText('0.jpg', { exact: true }).waitFor()
    await page.goBack()
    await page.getByText('25.jpg').waitFor()
  })

  await test('passwords, addresses and devices', async (t, page) => {
    mayRefuse(page, [403, me.changePassword], [422, me.changePassword], [403, me.changeEmail])
    await register(page, 'radia')
    const phone = await elsewhere(url, 'radia')
    const tablet = await elsewhere(url, 'radia')
    await page.goto('/security')
    const devices = page.getByRole('region', { name: 'Where you are logged in' }).getByRole('listitem')
    await page.getByText('This device').waitFor()
    t.equal(await devices.count(), 3)
    // The newest log-in is first.
    await devices.first().getByRole('button', { name: 'Log out' }).click()
    await page.getByText('The device was logged out.').waitFor()
    await waitFor(async () => (await devices.count()) === 2, { for: 'two devices' })
    t.equal((await tablet.call(me.read, {})).status, 401)
    t.equal((await phone.call(me.read, {})).status, 200)

    const passwords = page.getByRole('region', { name: 'Password' })
    await passwords.getByLabel('Current password').fill('not mine at all')
    await passwords.getByLabel('New password').fill('umbrella comet 93 lagoon')
    await page.keyboard.press('Enter')
    await passwords.locator('[name=currentPassword][aria-invalid]').waitFor()
    await passwords.getByLabel('Current password').fill(password)
    await passwords.getByLabel('New password').fill('password')
    await page.keyboard.press('Enter')
    await passwords.locator('[name=password][aria-invalid]').waitFor()
    await assertAccessible(t, page, 'refused passwords')
    await passwords.getByLabel('New password').fill('umbrella comet 93 lagoon')
    await page.keyboard.press('Enter')
    await passwords.getByText('Your password was changed.').waitFor()
    t.equal((await phone.call(me.read, {})).status, 401)
    await waitFor(async () => (await devices.count()) === 1, { for: 'this device alone' })

    const email = page.getByRole('region', { name: 'E-mail' })
    await email.getByLabel('New address').fill('radia@elsewhere.test')
    await email.getByLabel('Current password').fill('umbrella comet 93 lagoon')
    await page.keyboard.press('Enter')
    await email.getByText('A change to r…a@elsewhere.test is waiting').waitFor()
    await assertAccessible(t, page, 'a change of address')
    await button(page, 'Stop the change').click()
    await email.getByText('Stopped: your address stays').waitFor()
    t.equal(await email.getByText('is waiting').count(), 0)

    await elsewhere(url, 'radia', 'umbrella comet 93 lagoon')
    const last = await elsewhere(url, 'radia', 'umbrella comet 93 lagoon')
    await page.reload()
    await button(page, 'Log out all others').click()
    await page.getByText('All other devices were logged out.').waitFor()
    t.equal((await last.call(me.read, {})).status, 401)
    t.equal(await devices.count(), 1)
  })

  await test('the activity says who did what and why', async (t, page) => {
    await register(page, 'edith')
    const edith = await elsewhere(url, 'edith')
    const { userId } = await publish(edith, 'Edith.jpg', portrait)
    const operator = await elsewhere(url, admin.email, admin.password)
    const reason = 'It shows somebody else'
    await operator.call(avatars.withdraw, { params: { userId }, query: { reason } })
    await edith.call(me.patch, { body: { profile: { bio: 'Hello', nickname: 'Edie' } } })
    await page.goto('/activity')
    const entry = (what: string) => page.getByRole('listitem').filter({ hasText: what })
    const taken = entry('The picture was taken away')
    await taken.waitFor()
    t.match(await taken.textContent(), /Reason: It shows somebody elseBy an administrator/)
    t.match(
      await entry('The profile was changed').textContent(),
      /Changed: .*About you.*Nickname|Changed: Nickname.*About you/,
    )
    t.match(await entry('The account was created').textContent(), /By you/)
    t.notMatch(await taken.textContent(), /127\.0\.0\.1/, 'an operator is a role alone')
    await assertAccessible(t, page, 'the activity')

    await page.goto('/history')
    await page.getByText('An operator withdrew it.').waitFor()
    await page.getByText('Edith.jpg').click()
    await button(page, 'Erase it').waitFor()
    t.equal(await button(page, 'Use it again').count(), 0)
  })

  await test('data leaves as a file, and the account is deleted by who means it', async (t, page) => {
    mayRefuse(page, [403, me.close])
    await register(page, 'edsger')
    const edsger = await elsewhere(url, 'edsger')
    const { avatar } = await publish(edsger, 'Edsger.jpg', portrait)
    await page.goto('/data')
    const download = page.waitForEvent('download')
    await button(page, 'Download everything').click()
    const file = await download
    t.match(file.suggestedFilename(), /^likeness-\d{4}-\d\d-\d\d\.zip$/)
    const zip = await readFile(await file.path())
    for (const name of ['account.json', 'activity.json', 'uploads.json']) t.ok(zip.includes(name), name)

    await button(page, 'Delete my account…').click()
    await assertAccessible(t, page, 'the question before deleting')
    await page.keyboard.press('Escape')
    t.equal(await page.evaluate('document.activeElement.textContent'), 'Delete my account…')
    await page.keyboard.press('Enter')
    const last = button(page, 'Delete my account for good')
    await page.getByLabel('Your password').fill(password)
    t.equal(await last.getAttribute('aria-disabled'), 'true', 'not before the name is typed')
    await page.getByLabel('Your username').fill('edsger')
    await page.getByLabel('Your password').fill('not mine at all')
    await page.keyboard.press('Enter')
    await page.locator('[name=password][aria-invalid]').waitFor()
    await page.getByLabel('Your password').fill(password)
    await page.keyboard.press('Enter')
    await heading(page, 'Everything is erased')
    await assertAccessible(t, page, 'the erasure')
    t.same(await page.evaluate('Object.entries(localStorage)'), [])
    const picture = await fetch(avatar?.urls['64']?.webp ?? '')
    t.equal(picture.status, 410)
    await page.reload()
    await heading(page, 'Everything is erased')
    await page.getByRole('button', { name: 'To the start page' }).click()
    await page.getByRole('heading', { name: 'Create your account' }).waitFor()
    t.equal((await openCalls(url).call(sessions.logIn, { body: { login: 'edsger', password } })).status, 401)
  })

  await test('a picture is rotated without loss, and says when it expires', async (t, page) => {
    await register(page, 'linus')
    await choose(page, 'Linus.jpg', portrait)
    await page.getByText('600 × 600 px of 600 × 900', { exact: true }).waitFor()
    await button(page, 'Rotate').click()
    await page.getByText('600 × 600 px of 900 × 600', { exact: true }).waitFor()
    await assertAccessible(t, page, 'a rotated picture')
    await page.reload()
    await page.getByText('You sent this one before and did not finish. It expires in 23 hours.').waitFor()
    t.equal(await button(page, 'Rotate').count(), 0, 'its file is not at hand')
    await button(page, 'Use this picture').click()
    await page.getByText('Your new avatar is live').waitFor()
    const linus = await elsewhere(url, 'linus')
    const [live] = (await linus.call(uploads.list, { query: { status: 'published' } })).body.items
    const answer = await fetch(live?.avatar?.urls['64']?.webp ?? '')
    // Turned to the right, what was lower left is upper left.
    t.equal(await cornersOf(Buffer.from(await answer.arrayBuffer())), 'blue red yellow green')
    const all = (await linus.call(uploads.list, {})).body.items
    t.strictSame(
      all.map(({ status }) => status),
      ['published', 'discarded'],
    )
  })

  await test('a picture that was made smaller, or is no JPEG, is rotated too', async (t, page) => {
    await register(page, 'frances')
    const heavy = longer(portrait, 10 * 1024 * 1024)
    const file = join(await mkdtemp(join(tmpdir(), 'likeness-account-')), 'Heavy.jpg')
    await writeFile(file, heavy)
    await page.getByLabel('Picture', { exact: true }).setInputFiles(file)
    await button(page, 'Make it smaller and send').click()
    await page.getByText('600 × 600 px of 600 × 900', { exact: true }).waitFor()
    await button(page, 'Rotate').click()
    await page.getByText('600 × 600 px of 900 × 600', { exact: true }).waitFor()
    await button(page, 'Discard').click()
    await choose(page, 'Frances.png', await sharp(portrait).png().toBuffer(), 'image/png')
    await button(page, 'Rotate').click()
    await page.getByText('600 × 600 px of 900 × 600', { exact: true }).waitFor()
    const frances = await elsewhere(url, 'frances')
    const [pending] = (await frances.call(uploads.list, { query: { status: 'pending' } })).body.items
    t.match(pending, { format: 'png', originalFilename: 'Frances.png' }, 'without loss')
  })

  await test('the camera takes a picture', async (t, page) => {
    await page.context().grantPermissions(['camera'])
    await register(page, 'margaret')
    await button(page, 'Use the camera').click()
    const shoot = button(page, 'Take the picture')
    await waitFor(async () => (await shoot.getAttribute('aria-disabled')) === null, { for: 'the camera' })
    await assertAccessible(t, page, 'the camera')
    await button(page, 'Choose a file instead').click()
    await button(page, 'Use the camera').click()
    await waitFor(async () => (await shoot.getAttribute('aria-disabled')) === null, { for: 'the camera' })
    await shoot.click()
    await button(page, 'Use this picture').click()
    await page.getByText('Your new avatar is live').waitFor()

    await page.context().clearPermissions()
    await page.reload()
    await button(page, 'Use the camera').click()
    await alert(page, 'No camera', 'choose a file')
  })

  await test('the front camera is a mirror, the back camera is not, and what is sent is what others see', async (t, page) => {
    await page.context().grantPermissions(['camera'])
    // A telephone: Chromium's own device looks nowhere.
    await page.addInitScript(`(() => {
      const { mediaDevices } = navigator
      const [open, list] = [mediaDevices.getUserMedia, mediaDevices.enumerateDevices].map((call) => call.bind(mediaDevices))
      const { getSettings } = MediaStreamTrack.prototype
      let facingMode
      mediaDevices.getUserMedia = (given) => {
        facingMode = given.video.facingMode
        return open(given)
      }
      MediaStreamTrack.prototype.getSettings = function () {
        return { ...getSettings.call(this), facingMode }
      }
      mediaDevices.enumerateDevices = async () => {
        const seen = (await list()).filter(({ kind }) => kind === 'videoinput')
        return [...seen, ...seen]
      }
    })()`)
    await page.reload()
    await register(page, 'carl')
    const carl = await elsewhere(url, 'carl')
    const shoot = button(page, 'Take the picture')
    const other = button(page, 'The other camera')
    const view = page.getByLabel('What the camera sees')
    const shown = async () => fieldsOf(await view.screenshot())
    const seesAs = (order: string) =>
      waitFor(async () => (await shown()) === order, { for: `the camera to show ${order}` })
    const taken = async () => {
      await shoot.click()
      await button(page, 'Use this picture').waitFor()
      const [pending] = (await carl.call(uploads.list, { query: { status: 'pending' } })).body.items
      const picture = await fetch(pending?.previewUrl ?? '')
      await button(page, 'Discard').click()
      await page.getByText('Discarded. Your avatar stays as it is.').waitFor()
      return fieldsOf(Buffer.from(await picture.arrayBuffer()))
    }
    const asOthersSee = 'red green blue yellow'

    await button(page, 'Use the camera').click()
    await other.waitFor()
    await seesAs('green red yellow blue')
    t.equal(await taken(), asOthersSee, 'the front camera')

    await button(page, 'Use the camera').click()
    await other.click()
    await seesAs(asOthersSee)
    await waitFor(async () => (await shoot.getAttribute('aria-disabled')) === null, { for: 'the camera' })
    t.equal(await taken(), asOthersSee, 'the back camera')
  })

  await test('several files, and one that is dropped while another is at hand', async (t, page) => {
    await register(page, 'dennis')
    const [one, two] = ['One.jpg', 'Two.jpg'].map((name) => ({ name, type: 'image/jpeg', bytes: portrait }))
    if (!one || !two) return
    await drop(page, one, two)
    await alert(page, 'One picture at a time', 'These are 2 files')
    await drop(page, { ...one, bytes: Buffer.alloc(0) })
    await alert(page, 'This file is empty', 'no bytes')

    const held = await holdRequest(page, uploads.create)
    await drop(page, one)
    await page.getByRole('progressbar', { name: 'Sending One.jpg' }).waitFor()
    await drop(page, two)
    await page.getByText('You gave another picture: Two.jpg').waitFor()
    await assertAccessible(t, page, 'another picture while one is sent')
    await button(page, 'Use the new one instead').click()
    // The first is sent no more.
    await page.getByRole('progressbar', { name: 'Sending Two.jpg' }).waitFor()
    held.release()
    await button(page, 'Use this picture').waitFor()
    await drop(page, one, two)
    await alert(page, 'One picture at a time', 'These are 2 files')
    await button(page, 'Close').click()
    const dennis = await elsewhere(url, 'dennis')
    const pending = (await dennis.call(uploads.list, { query: { status: 'pending' } })).body.items
    t.strictSame(
      pending.map(({ originalFilename }) => originalFilename),
      ['Two.jpg'],
    )
  })

  await test('a pending picture that ends elsewhere while it is framed', async (t, page) => {
    mayRefuse(page, [410, uploads.confirm], [409, uploads.confirm])
    await register(page, 'ken')
    const ken = await elsewhere(url, 'ken')
    const framed = async (name: string) => {
      await choose(page, name, portrait)
      await button(page, 'Use this picture').waitFor()
      const [pending] = (await ken.call(uploads.list, { query: { status: 'pending' } })).body.items
      return pending?.id ?? ''
    }
    await framed('Expires.jpg')
    await media.deps.db
      .updateTable('uploads')
      .set({ expires_at: new Date(Date.now() - 60_000) })
      .where('status', '=', 'pending')
      .execute()
    await button(page, 'Use this picture').click()
    await alert(page, 'expired', /./)
    await button(page, 'Choose a picture').waitFor()
    await assertAccessible(t, page, 'an expired picture')

    const discarded = await framed('Discarded.jpg')
    await ken.call(uploads.remove, { params: { id: discarded } })
    await button(page, 'Use this picture').click()
    await alert(page, 'discarded', /./)

    const confirmed = await framed('Confirmed.jpg')
    const crop = { x: 100, y: 100, width: 300, height: 300 }
    await ken.call(uploads.confirm, { params: { id: confirmed }, body: { crop } })
    await statusOf(ken, confirmed, 'published')
    await button(page, 'Use this picture').click()
    await page.getByRole('img', { name: 'Avatar of ken' }).waitFor()
    await page.getByRole('alert').waitFor()
    t.strictSame((await ken.call(uploads.read, { params: { id: confirmed } })).body.crop, crop)
  })

  await test('offline in the middle of an upload', async (t, page) => {
    // What was sent before may arrive: then the page asks for it in vain.
    const lost = 'net::ERR_INTERNET_DISCONNECTED'
    mayRefuse(page, [lost, uploads.create], [lost, uploads.read], [lost, uploads.follow])
    await register(page, 'bjarne')
    const network = await openNetwork(page)
    // Minutes, in which it goes offline.
    await network({ up: 50_000 })
    await choose(page, 'Bjarne.jpg', longer(portrait, 8_000_000))
    await page.locator('[aria-valuenow]:not([aria-valuenow="0"])').waitFor()
    await network({ up: 50_000, offline: true })
    await alert(page, 'You are offline', 'when the connection is back')
    await assertAccessible(t, page, 'offline')
    await network({})
    // The connection may have survived or not.
    const again = page.getByRole('button', { name: 'Try again' })
    const framed = button(page, 'Use this picture')
    await again.or(framed).waitFor()
    if (await again.isVisible()) await again.click()
    await framed.waitFor()
  })

  await test('the server goes away in every step, and comes back', async (t, page) => {
    const lost = 'net::ERR_CONNECTION_REFUSED'
    const { create, read, follow, confirm, list, restore } = uploads
    for (const endpoint of [
      create,
      read,
      follow,
      confirm,
      list,
      restore,
      uploads.preview,
      avatars.withdraw,
    ]) {
      mayRefuse(page, [lost, endpoint])
    }
    await register(page, 'brian')
    let isAway = true
    await page.route(/\/v1\/(uploads|avatars)/, (route) => {
      // The variants of the new avatar may still be on their way when it goes.
      const isVariant = route.request().resourceType() === 'image'
      if (isAway && !isVariant) return route.abort('connectionrefused')
      // Gone again as soon as it has the picture.
      if (route.request().method() === 'POST' && route.request().url().includes('filename=')) isAway = true
      return route.continue()
    })
    const back = async (title: string) => {
      await alert(page, title, 'Nothing is lost')
      isAway = false
    }
    const away = () => {
      isAway = true
    }
    await choose(page, 'Brian.jpg', portrait)
    await back('The server cannot be reached')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Making the preview').waitFor()
    await back('The server cannot be reached')
    await button(page, 'Use this picture').waitFor()
    away()
    await button(page, 'Use this picture').click()
    await back('The server cannot be reached')
    await page.getByText('Your new avatar is live').waitFor()
    away()
    await button(page, 'Undo').click()
    await back('The server cannot be reached')
    await page.getByText('Undone. Your avatar is as it was before.').waitFor()
    await page.getByRole('img', { name: 'No picture yet' }).waitFor()
    const brian = await elsewhere(url, 'brian')
    const all = (await brian.call(uploads.list, {})).body.items
    t.strictSame(
      all.map(({ status }) => status),
      ['withdrawn'],
      'each step was done once',
    )
  })

  await test('names that are long, from right to left, of emoji or of HTML, and a picture that is a drawing', async (t, page) => {
    mayRefuse(page, [400, me.patch], [415, uploads.create])
    await register(page, 'noor')
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    await choose(page, 'drawing.svg', Buffer.from(svg), 'image/svg+xml')
    await alert(page, 'This kind of file is not accepted', 'JPEG')

    await page.goto('/profile')
    const nickname = page.getByLabel('Nickname')
    await nickname.fill('ن'.repeat(200))
    await button(page, 'Save').click()
    await page.locator('[name="profile.nickname"][aria-invalid]').waitFor()
    await assertAccessible(t, page, 'a name of 200 characters')
    const markup = '<img src=x onerror="document.title=1">'
    await page.getByLabel('Company').fill(markup)
    await nickname.fill('👩‍🚀 نور')
    await page.getByLabel('Last name').fill('W'.repeat(100))
    await button(page, 'Save').click()
    await page.getByText('Saved', { exact: true }).waitFor()
    const noor = await elsewhere(url, 'noor')
    t.equal((await noor.call(me.read, {})).body.profile.companyName, markup)
    await page.goto('/profile')
    await page.getByRole('region', { name: 'As others see you' }).getByText(markup).waitFor()
    t.equal(await page.locator('img[src="x"]').count(), 0, 'text, not markup')
    await page.goto('/')
    const empty = page.getByRole('img', { name: 'No picture yet' })
    t.equal(await empty.textContent(), '👩‍🚀', 'its first letter, which is five characters')
    const long = `${'a very long name '.repeat(12)}.jpg`
    await choose(page, long, portrait)
    await button(page, 'Use this picture').click()
    await page.getByText('Your new avatar is live').waitFor()
    await page.goto('/history')
    await page.getByRole('button', { name: /a very long name/ }).click()
    await button(page, 'Take it away').waitFor()
    await assertAccessible(t, page, 'a long file name')
  })

  await test('a HEIC picture, which this browser cannot show', async (t, page) => {
    if (noPhotos) {
      t.comment(noPhotos)
      return
    }
    await register(page, 'steve')
    const held = await holdRequest(page, uploads.create)
    await choose(page, 'phone.heic', await photo('phone.heic'), 'image/heic')
    await page.getByText('This browser does not show HEIC pictures.').waitFor()
    held.release()
    await button(page, 'Rotate').click()
    await alert(page, 'This picture cannot be rotated here', 'another program')
    await button(page, 'Use this picture').click()
    await page.getByText('Your new avatar is live').waitFor()
  })

  await test('what a screen reader says of the frame', async (t, page) => {
    await register(page, 'helen')
    await choose(page, 'Helen.jpg', portrait)
    const upright = page.getByRole('slider', { name: 'Picture, up and down' })
    await page.getByText('600 × 600 px of 600 × 900', { exact: true }).waitFor()
    const cdp = await page.context().newCDPSession(page)
    const said = async () => {
      const lines = await transcript(cdp)
      const [first, last] = ['Frame it, region', 'Centre, without zoom, button'].map((at) =>
        lines.indexOf(at),
      )
      return lines.slice(first, (last ?? 0) + 1)
    }
    t.strictSame(await said(), [
      'Frame it, region',
      'Frame it, heading',
      'Steps, list',
      'Choose',
      'Frame',
      'Publish',
      'The preview is ready. Frame it, then confirm or discard it.',
      'Move the picture behind the frame, application, Arrow keys move the picture, with Shift in small steps. Sliders and buttons follow.',
      'Move the picture, group',
      'Move left, button',
      'Picture, left and right, slider, no room to move: all of it is in the frame',
      'Move right, button',
      'Move down, button',
      'Picture, up and down, slider, in the middle',
      'Move up, button',
      'Zoom out, button',
      'Zoom, slider, 100%',
      'Zoom in, button',
      '600 × 600 px of 600 × 900',
      'Centre, without zoom, button',
    ])
    await upright.focus()
    for (let count = 0; count < 4; count += 1) await page.keyboard.press('ArrowUp')
    const [spoken] = (await said()).filter((line) => line.startsWith('Picture, up and down'))
    t.equal(spoken, 'Picture, up and down, slider, 20% up')
    const announced = (text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()
    await announced('0 from the left and 180 from the top')

    // Each press of a button changes what its slider says, and is announced when the frame has come to rest.
    const line = async (name: string) => (await said()).find((one) => one.startsWith(`${name}, slider`))
    await button(page, 'Zoom in').press('Enter')
    t.equal(await line('Zoom'), 'Zoom, slider, 125%')
    t.equal(await line('Picture, left and right'), 'Picture, left and right, slider, in the middle')
    await announced('480 × 480 px of 600 × 900')
    await button(page, 'Move left').press('Space')
    t.match(await line('Picture, left and right'), /^Picture, left and right, slider, \d+% to the left$/)
    await button(page, 'Move up').press('Space')
    t.match(await line('Picture, up and down'), /^Picture, up and down, slider, \d+% up$/)
    await page.getByRole('slider', { name: 'Zoom' }).press('End')
    t.equal(await line('Zoom'), 'Zoom, slider, 625%')
    await button(page, 'Zoom out').press('Enter')
    t.equal(await line('Zoom'), 'Zoom, slider, 600%')
    await button(page, 'Centre, without zoom').press('Enter')
    t.equal(await line('Zoom'), 'Zoom, slider, 100%')
    t.equal(await line('Picture, up and down'), 'Picture, up and down, slider, in the middle')
    await announced('600 × 600 px of 600 × 900, 0 from the left and 150 from the top.')

    // All that is announced from here on, in order.
    await page.evaluate(`(() => {
      globalThis.announced = []
      const regions = '[role=status], [role=alert]'
      const say = (region) => {
        const text = region.textContent.trim()
        if (text && !announced.includes(text)) announced.push(text)
      }
      new MutationObserver((changes) => {
        for (const { target, addedNodes } of changes) {
          const element = target instanceof Element ? target : target.parentElement
          const region = element?.closest(regions)
          if (region) say(region)
          for (const node of addedNodes) {
            if (!(node instanceof Element)) continue
            for (const added of [node, ...node.querySelectorAll('*')]) if (added.matches(regions)) say(added)
          }
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true })
    })()`)
    await button(page, 'Use this picture').click()
    await page.getByText('Your new avatar is live').waitFor()
    await button(page, 'Undo').click()
    await page.getByText('Undone. Your avatar is as it was before.').waitFor()
    t.match(
      await page.evaluate('announced.join(" | ")'),
      /Publishing your picture\. \| .*Your new avatar is live\..* \| .*Undoing the change\. \| .*Undone\. Your avatar is as it was before\./,
    )
  })
})

/** Waits for what a page reads when it is opened. */
const settled = (page: Page) => page.waitForLoadState('networkidle')

/** The colours of a picture's corners, in reading order. */
const cornersOf = (bytes: Buffer) => coloursAt(bytes, 0.01)

/** The same near its middle: what is around the picture does not count. */
const fieldsOf = (bytes: Buffer) => coloursAt(bytes, 0.4)

/** @param inset how far from the corners, as a share of width and height */
async function coloursAt(bytes: Buffer, inset: number): Promise<string> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => {
    const pixel = Math.floor(y * info.height) * info.width + Math.floor(x * info.width)
    const [r = 0, g = 0, b = 0] = data.subarray(pixel * 3)
    return r > 180 && g > 150 ? 'yellow' : r > 150 ? 'red' : g > 120 ? 'green' : b > 150 ? 'blue' : 'black'
  }
  const far = 1 - inset
  return [at(inset, inset), at(far, inset), at(inset, far), at(far, far)].join(' ')
}

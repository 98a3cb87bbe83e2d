import { emails, me, sessions } from '@likeness/contracts/endpoints'
import { openCalls } from '@likeness/test-kit'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { assertAccessible, mayRefuse, noChromium, openBrowser, usePage } from './testing/open-page.js'
import {
  addressOf,
  alert,
  fillIn,
  logIn,
  logOut,
  password,
  register,
  signedIn,
  tabTo,
} from './testing/page-steps.js'
import { readMail } from './testing/read-mail.js'
import { serveLikeness } from './testing/serve-likeness.js'

const newPassword = 'umbrella comet 93 lagoon'
const confirmSubject = /^Confirm your e-mail address$/
const resetSubject = /^Choose a new password$/

t.test('links in e-mails', { skip: noChromium }, async (t) => {
  const { url, accounts } = await serveLikeness(t)
  const browser = await openBrowser()
  const test = (name: string, body: (t: Test, page: Page) => Promise<void>) =>
    t.test(name, (t) => usePage(t, browser, url, body))

  await test('a new address is confirmed by opening its link', async (t, page) => {
    await register(page, 'ada')
    await page.getByText(`Open the link we sent to ${addressOf('ada')}`).waitFor()
    await assertAccessible(t, page, 'the banner')
    const { link } = await readMail(url, addressOf('ada'), confirmSubject)
    const token = new URL(link).searchParams.get('token') ?? ''
    const requests: { method: string; path: string }[] = []
    const referrers: string[] = []
    page.on('request', (request) => {
      requests.push({ method: request.method(), path: request.url().slice(url.length) })
      if (request.headers().referer) referrers.push(request.url())
    })
    await page.goto(link)
    await heading(page, 'Your address is confirmed')
    t.equal(page.url(), `${url}/`, 'the token is gone from the address bar')
    t.same(referrers, [])
    t.same(
      requests.filter(({ path }) => path.includes(token)),
      [{ method: 'GET', path: `/verify-email?token=${token}` }],
    )
    t.same(
      requests.filter(({ path }) => path.startsWith(emails.resendVerification.path)),
      [{ method: 'POST', path: emails.verify.path }],
      'requested once, and not by GET',
    )
    t.equal(await page.evaluate('document.activeElement.tagName'), 'H1', 'a screen reader announces it')
    await assertAccessible(t, page, 'confirmed')
    await page.getByRole('button', { name: 'Go to your account' }).click()
    await signedIn(page, addressOf('ada'))
    t.equal(await page.getByText('Confirm your e-mail address').count(), 0, 'no banner any more')
  })

  await test('another link can be requested once a minute, and only the newest works', async (t, page) => {
    mayRefuse(page, [429, emails.resendVerification], [404, emails.verify])
    await register(page, 'grace')
    const first = await readMail(url, addressOf('grace'), confirmSubject)
    const another = page.getByRole('button', { name: 'Send another' })
    await another.click()
    await page.getByText('Sent. Only the newest link works.').waitFor()
    await page.getByText(/^in \d+ s$/).waitFor()
    t.equal(await another.getAttribute('aria-disabled'), 'true')
    const second = await readMail(url, addressOf('grace'), confirmSubject, first)
    await page.reload()
    await another.click()
    await page.getByText('One was sent a moment ago.').waitFor()
    await page.getByText(/^in \d+ s$/).waitFor()
    t.equal(await another.getAttribute('aria-disabled'), 'true')
    await assertAccessible(t, page, 'the banner, too early')

    await page.goto(first.link)
    await heading(page, 'This link is not valid')
    await page.getByText(`${addressOf('grace')}, and it is not confirmed yet.`).waitFor()
    await assertAccessible(t, page, 'a link that was replaced')
    await page.goto(second.link)
    await heading(page, 'Your address is confirmed')
    await page.goto(second.link)
    await heading(page, 'This link is not valid')
    await page.getByText(`${addressOf('grace')}, and it is confirmed.`).waitFor()
  })

  await test('a forgotten password is replaced with the keyboard alone', async (t, page) => {
    mayRefuse(page, [422, emails.resetPassword], [401, sessions.logIn], [404, emails.resetPassword])
    await register(page, 'alan')
    await logOut(page)
    await tabTo(page, 'Log in')
    await page.keyboard.press('Enter')
    await page.getByLabel('E-mail or username').fill(addressOf('alan'))
    await tabTo(page, 'Forgot your password?')
    await page.keyboard.press('Enter')
    await heading(page, 'Forgot your password?')
    t.equal(await page.getByLabel('E-mail').inputValue(), addressOf('alan'))
    await tabTo(page, 'Send the link')
    await page.keyboard.press('Enter')
    const known = await checkYourMail(page)
    await assertAccessible(t, page, 'asked for a link')
    const { link } = await readMail(url, addressOf('alan'), resetSubject)
    await page.goto('/reset-password')
    await page.getByLabel('E-mail').fill('nobody@likeness.test')
    await page.keyboard.press('Enter')
    t.equal(await checkYourMail(page), known, 'the answer never reveals whether the address is known')

    await page.goto(link)
    await heading(page, 'Choose a new password')
    t.equal(page.url(), `${url}/reset-password`)
    await page.getByLabel('Password').fill('password1')
    await page.keyboard.press('Enter')
    await page.getByText(/^must have at least 12 characters; is one of .+; is too easy to guess$/).waitFor()
    t.equal(await page.evaluate('document.activeElement.name'), 'password')
    await assertAccessible(t, page, 'a weak password')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type(newPassword)
    await page.keyboard.press('Enter')
    await page.getByText('Your password was changed').waitFor()
    t.equal(page.url(), `${url}/`)
    await assertAccessible(t, page, 'a new password')
    await logIn(page, 'alan')
    await alert(page, 'Incorrect credentials', 'wrong')
    await logIn(page, 'alan', newPassword)
    await signedIn(page)

    await page.goto(link)
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await heading(page, 'This link is not valid')
    await signedInStill(page)
  })

  await test('an expired link leads to another one', async (t, page) => {
    mayRefuse(page, [410, emails.verify], [410, emails.resetPassword])
    await register(page, 'edsger')
    const verify = await readMail(url, addressOf('edsger'), confirmSubject)
    await logOut(page)
    await page.goto('/reset-password')
    await page.getByLabel('E-mail').fill(addressOf('edsger'))
    await page.keyboard.press('Enter')
    await checkYourMail(page)
    const reset = await readMail(url, addressOf('edsger'), resetSubject)
    await accounts.db
      .updateTable('one_time_tokens')
      .from('users')
      .whereRef('users.id', '=', 'user_id')
      .where('username', '=', 'edsger')
      .set({ expires_at: new Date(Date.now() - 3_600_000) })
      .execute()

    await page.goto(verify.link)
    await heading(page, 'This link has expired')
    await page.getByLabel('E-mail').fill(addressOf('edsger'))
    await page.keyboard.press('Enter')
    await checkYourMail(page)
    await assertAccessible(t, page, 'an expired link')
    await page.goto((await readMail(url, addressOf('edsger'), confirmSubject, verify)).link)
    await heading(page, 'Your address is confirmed')

    await page.goto(reset.link)
    await page.getByLabel('Password').fill(newPassword)
    await page.keyboard.press('Enter')
    await heading(page, 'This link has expired')
    await page.getByLabel('E-mail').fill(addressOf('edsger'))
    await page.keyboard.press('Enter')
    await checkYourMail(page)
    await page.goto((await readMail(url, addressOf('edsger'), resetSubject, reset)).link)
    await page.getByLabel('Password').fill(newPassword)
    await page.keyboard.press('Enter')
    await page.getByText('Your password was changed').waitFor()
  })

  await test('an address that replaces another is confirmed the same way', async (t, page) => {
    await register(page, 'barbara')
    const to = 'barbara@example.test'
    await changeEmail(url, 'barbara', to)
    const { link } = await readMail(url, to, /^Confirm your new e-mail address$/)
    await page.goto(link)
    await heading(page, 'Your address is confirmed')
    await page.getByText(`${to} is the e-mail address of your account.`).waitFor()
    await page.getByRole('button', { name: 'Go to your account' }).click()
    await signedIn(page, to)
    t.equal(await page.getByText(addressOf('barbara')).count(), 0)
  })

  await test('the present address stops a change with a click, and a new password follows', async (t, page) => {
    mayRefuse(page, [401, sessions.refresh], [404, emails.stopChange])
    await register(page, 'hedy')
    await changeEmail(url, 'hedy', 'hedy@example.test')
    const { link } = await readMail(url, addressOf('hedy'), /^Someone asked to change your e-mail address$/)
    const posts: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') posts.push(new URL(request.url()).pathname)
    })
    await page.goto(link)
    await heading(page, 'Stop the change of your address?')
    t.equal(page.url(), `${url}/`, 'the token is gone from the address bar')
    await assertAccessible(t, page, 'stop the change')
    t.notOk(posts.includes(emails.stopChange.path), 'opening the page stops nothing')
    await page.getByRole('button', { name: 'Stop the change' }).click()
    await heading(page, 'Your address stays')
    await assertAccessible(t, page, 'the change is stopped')
    t.equal(await page.getByLabel('E-mail').inputValue(), addressOf('hedy'))
    await page.getByRole('button', { name: 'Send the link' }).click()
    await checkYourMail(page)
    await page.goto((await readMail(url, addressOf('hedy'), resetSubject)).link)
    await page.getByLabel('Password').fill(newPassword)
    await page.keyboard.press('Enter')
    await page.getByText('Your password was changed').waitFor()
    await page.goto(link)
    await page.getByRole('button', { name: 'Stop the change' }).click()
    await heading(page, 'This link is not valid')
    await assertAccessible(t, page, 'nothing to stop')
  })
})

t.test('with mandatory verification', { skip: noChromium }, async (t) => {
  const { url } = await serveLikeness(t, { EMAIL_VERIFICATION: 'mandatory' })
  const browser = await openBrowser()
  await usePage(t, browser, url, async (t, page) => {
    mayRefuse(page, [401, sessions.logIn], [403, sessions.logIn], [429, emails.resendVerification])
    await fillIn(page, 'joan', password)
    await heading(page, 'Confirm your address')
    await page.getByText(`We sent a link to ${addressOf('joan')}.`).waitFor()
    t.equal(await page.evaluate('document.activeElement.textContent'), 'Confirm your address')
    await assertAccessible(t, page, 'registered')
    const first = await readMail(url, addressOf('joan'), confirmSubject)

    await page.getByRole('button', { name: 'Log in' }).click()
    await logIn(page, 'joan', 'not the password')
    await alert(page, 'Incorrect credentials', 'wrong')
    await logIn(page, 'joan')
    await heading(page, 'Confirm your address')
    await page.getByLabel('E-mail').fill(addressOf('joan'))
    await page.keyboard.press('Enter')
    await checkYourMail(page)
    await page.keyboard.press('Enter')
    await alert(page, 'Too many requests', /in \d+ seconds/)
    await assertAccessible(t, page, 'asked too early')

    await page.goto((await readMail(url, addressOf('joan'), confirmSubject, first)).link)
    await heading(page, 'Your address is confirmed')
    await page.getByRole('button', { name: 'Log in' }).click()
    await logIn(page, 'joan')
    await signedIn(page, addressOf('joan'))
    t.equal(await page.getByText('Confirm your e-mail address').count(), 0)
  })
})

t.test('without verification', { skip: noChromium }, async (t) => {
  const { url } = await serveLikeness(t, { EMAIL_VERIFICATION: 'off' })
  const browser = await openBrowser()
  await t.test('nobody is asked to verify', (t) =>
    usePage(t, browser, url, async (t, page) => {
      mayRefuse(page, [404, emails.verify])
      await register(page, 'off')
      t.equal(await page.getByText('Confirm your e-mail address').count(), 0)
      await page.goto('/verify-email?token=unknown')
      await page.getByText('The address of your account is').waitFor()
      t.equal(await page.getByText('not confirmed').count(), 0)
    }),
  )
})

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor()

/** Waits for the answer that is the same for every address, and returns it. */
const checkYourMail = (page: Page) =>
  page.getByRole('status').filter({ hasText: 'Check your e-mail' }).textContent()

async function signedInStill(page: Page): Promise<void> {
  await page.goto('/')
  await signedIn(page)
}

async function changeEmail(url: string, username: string, email: string): Promise<void> {
  const { call } = openCalls(url)
  const { accessToken: token } = (await call(sessions.logIn, { body: { login: username, password } })).body
  const { status } = await call(me.changeEmail, { token, body: { email, currentPassword: password } })
  if (status !== 202) throw new Error(`The change of the address answered ${status}`)
}

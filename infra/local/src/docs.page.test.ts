import { me } from '@likeness/contracts/endpoints'
import t from 'tap'
import { assertAccessible, noChromium, openBrowser, usePage } from './testing/open-page.js'
import { addressOf, password, register } from './testing/page-steps.js'
import { readMail } from './testing/read-mail.js'
import { serveLikeness } from './testing/serve-likeness.js'

t.test('the documentation', { skip: noChromium }, async (t) => {
  const { url } = await serveLikeness(t)
  const browser = await openBrowser()

  await t.test('it is read in light and dark, and leads from page to page', (t) =>
    usePage(t, browser, url, async (t, page) => {
      await page.goto('/docs')
      await page.getByRole('heading', { name: 'A picture in three minutes' }).waitFor()
      await assertAccessible(t, page, 'the tutorial')
      await page.getByRole('link', { name: 'From cron' }).click()
      await page.waitForURL('**/docs/operations/#upkeep')
      await page.getByRole('heading', { name: 'Operations', level: 1 }).waitFor()
      await assertAccessible(t, page, 'operations')
    }),
  )

  await t.test('the local inbox has the same look', (t) =>
    usePage(t, browser, url, async (t, page) => {
      await register(page, 'grace')
      await readMail(url, addressOf('grace'), /./)
      await page.goto('/inbox')
      await page
        .getByText(`to ${addressOf('grace')}`)
        .first()
        .click()
      await page.frameLocator('iframe').first().getByRole('link').first().waitFor()
      await assertAccessible(t, page, 'the inbox')
    }),
  )

  await t.test('whoever logs in to the reference once can try every call', (t) =>
    usePage(t, browser, url, async (t, page) => {
      await register(page, 'ada')
      await page.context().clearCookies()
      await page.evaluate('localStorage.clear()')
      await page.goto('/docs/api/')
      await page.getByLabel('E-mail or username').fill(addressOf('ada'))
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Log in to try calls' }).click()
      await page.getByText('You are logged in').waitFor()

      const contents = page.getByRole('complementary')
      await contents.getByRole('link', { name: 'me', exact: true }).click()
      await contents.getByText('Me, my profile and my avatar').click()
      await page.getByRole('button', { name: /^Test Request\s*\(get \/v1\/me\)/ }).click()
      const answered = page.waitForResponse(`**${me.read.path}`)
      await page.getByRole('button').filter({ hasText: 'Send get request to' }).click()
      const answer = await answered
      t.equal(answer.status(), 200)
      t.match(await answer.json(), { username: 'ada' })

      // A reload keeps the log-in: it is the session of the account page.
      await page.reload()
      await page.getByText('You are logged in').waitFor()
      await page.getByRole('button', { name: 'Log out' }).click()
      await page.getByRole('button', { name: 'Log in to try calls' }).waitFor()
    }),
  )
})

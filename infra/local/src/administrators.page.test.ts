import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebhookEventType } from '@likeness/contracts'
import { serviceKeys, stats, upkeep, webhooks } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { elsewhere, fields, send } from './testing/account-steps.js'
import { assertAccessible, mayRefuse, noChromium, openBrowser, usePage } from './testing/open-page.js'
import { addressOf, enterConsole, password, row } from './testing/page-steps.js'
import { serveLikeness } from './testing/serve-likeness.js'

t.test('what administrators alone see', { skip: noChromium }, async (t) => {
  const config = { LOGINS_PER_MINUTE: '100', OUTBOUND_ALLOW: '127.0.0.1', UPKEEP_SCHEDULE: 'off' }
  const { url, admin, accounts, media } = await serveLikeness(t, config)
  const { call } = await elsewhere(url, admin.email, admin.password)
  const browser = await openBrowser()
  const test = (name: string, body: (t: Test, page: Page) => Promise<void>) =>
    t.test(name, (t) => usePage(t, browser, url, body))
  const enter = (page: Page, address: string) => enterConsole(page, admin, address)

  await test('a key is shown once, counts, is replaced without a gap, and is revoked', async (t, page) => {
    mayRefuse(page, [400, serviceKeys.create])
    await enter(page, '/console/keys')
    await page.getByRole('heading', { name: 'There are no service keys' }).waitFor()
    await page.getByRole('button', { name: 'Create a key' }).click()
    const create = page.getByRole('dialog', { name: 'A new service key' })
    await create.getByLabel('Name').fill('Nightly figures')
    await create.getByRole('button', { name: 'Create it' }).click()
    await create.getByRole('alert').waitFor()
    await create.getByLabel('stats:read').check()
    await assertAccessible(t, page, 'a new key')
    await create.getByRole('button', { name: 'Create it' }).click()
    await create.getByText('It is shown this once').waitFor()
    const key = await create.getByLabel('Key').inputValue()
    await assertAccessible(t, page, 'the secret of a key')
    const withKey = async (key: string) =>
      (await fetch(`${url}${stats.read.path}`, { headers: { authorization: `Bearer ${key}` } })).status
    t.equal(await withKey(key), 200)
    await create.getByRole('button', { name: 'I have copied it' }).click()
    await row(page, 'Nightly figures').getByText('valid').waitFor()
    t.notOk((await page.content()).includes(key), 'the page keeps nothing of it')
    await assertAccessible(t, page, 'the service keys')

    const rows = row(page, 'Nightly figures')
    const replace = page.getByRole('dialog', { name: 'Replace this key' })
    await rows.getByRole('button', { name: 'Replace' }).click()
    t.equal(await replace.getByLabel('Days until the new key expires').inputValue(), '365')
    await assertAccessible(t, page, 'the replacement of a key')
    await replace.getByRole('button', { name: 'Make the new key' }).click()
    const second = await replace.getByLabel('Key', { exact: true }).inputValue()
    await replace.getByRole('button', { name: 'I have copied it' }).click()
    t.notOk((await page.content()).includes(second), 'the page keeps nothing of it')
    // The list may still show the old key as it was before it was used.
    await replace.getByText('last used').waitFor()
    await replace.getByText('never used').waitFor()
    t.strictSame([await withKey(key), await withKey(second)], [200, 200], 'nothing has stopped')
    await replace.getByRole('button', { name: 'Look again' }).click()
    await replace.getByText('never used').waitFor({ state: 'detached' })
    await assertAccessible(t, page, 'a key that is being replaced')
    await replace.getByRole('button', { name: 'Later' }).click()
    await rows.nth(1).getByText('being replaced').waitFor()
    await rows.nth(0).getByText('valid', { exact: true }).waitFor()
    t.equal(await rows.getByRole('button', { name: 'Replace' }).count(), 1, 'the old one is only revoked')

    await rows.nth(1).getByRole('button', { name: 'Revoke' }).click()
    const revoke = page.getByRole('dialog', { name: 'Revoke this key?' })
    await revoke.getByText('The new key').waitFor()
    await assertAccessible(t, page, 'the end of a key')
    await revoke.getByRole('button', { name: 'Revoke' }).click()
    await rows.nth(1).getByText('revoked').waitFor()
    await waitFor(async () => (await withKey(key)) === 401)
    t.equal(await withKey(second), 200)

    await rows.nth(0).getByRole('button', { name: 'Replace' }).click()
    await replace.getByRole('button', { name: 'Make the new key' }).click()
    const third = await replace.getByLabel('Key', { exact: true }).inputValue()
    await replace.getByRole('button', { name: 'I have copied it' }).click()
    await replace.getByRole('button', { name: 'It is deployed: revoke the old key' }).click()
    await replace.waitFor({ state: 'detached' })
    await rows.nth(1).getByText('revoked').waitFor()
    await waitFor(async () => (await withKey(second)) === 401)
    t.equal(await withKey(third), 200)
    const { items } = (await call(serviceKeys.list, {})).body
    t.match(
      items.map(({ name, scopes, revokedAt }) => [name, scopes.join(), revokedAt !== null]),
      [false, true, true].map((isRevoked) => ['Nightly figures', 'stats:read', isRevoked]),
    )
  })

  await test('a webhook is added, told, told again, and enabled after it stopped', async (t, page) => {
    mayRefuse(page, [400, webhooks.add])
    const hook = await startHook(t)
    await accounts.register({ username: 'ada', email: addressOf('ada'), password })
    const ada = await elsewhere(url, 'ada')
    /** Something happens, and its webhooks are told. */
    const happen = async () => {
      await send(ada, 'Ada.jpg', await fields(200, 200))
      await call(upkeep.run, { params: { task: 'tell-webhooks' }, query: {} })
    }
    await enter(page, '/console/webhooks')
    await page.getByRole('heading', { name: 'There are no webhooks' }).waitFor()
    await page.getByRole('button', { name: 'Add a webhook' }).click()
    const add = page.getByRole('dialog', { name: 'A new webhook' })
    await add.getByLabel('Address').fill('https://10.0.0.1/hook')
    await add.getByRole('button', { name: 'Add it' }).click()
    await add.locator('[aria-invalid]').waitFor()
    await add.getByLabel('Address').fill(hook.url)
    await assertAccessible(t, page, 'a new webhook')
    await add.getByRole('button', { name: 'Add it' }).click()
    t.match(await add.getByLabel('Secret').inputValue(), /^whsec_/)
    await add.getByRole('button', { name: 'I have copied it' }).click()
    await page.getByRole('link', { name: hook.url }).click()
    const drawer = page.getByRole('dialog', { name: hook.url })
    await drawer.getByText('Nothing yet.').waitFor()
    const hookOf = async () => (await call(webhooks.list, { query: {} })).body.items[0]
    const params = { id: (await hookOf())?.id ?? '' }
    const deliveries = async () => (await call(webhooks.deliveries, { params, query: {} })).body.items
    await happen()
    await waitFor(async () => (await deliveries())[0]?.state === 'delivered', { for: 'the delivery' })
    const items = drawer.getByRole('region', { name: 'What it was sent' }).getByRole('listitem')
    await page.reload()
    await items.filter({ hasText: 'upload.staged' }).getByText('delivered').waitFor()
    await assertAccessible(t, page, 'what a webhook was sent')
    await items.getByRole('button', { name: 'Send again' }).click()
    await drawer.getByText('Sent again: 1').waitFor()
    await waitFor(() => hook.got === 2, { for: 'it to be sent again' })
    t.match((await deliveries())[0], { isReplay: true })

    await drawer.getByRole('button', { name: 'Give it another secret' }).click()
    const rotate = page.getByRole('dialog', { name: 'Give it another secret' })
    await rotate.getByRole('button', { name: 'Give it another secret' }).click()
    t.match(await rotate.getByLabel('Secret').inputValue(), /^whsec_/)
    await rotate.getByRole('button', { name: 'I have copied it' }).click()
    t.equal((await hookOf())?.publicKeys.length, 2, 'both secrets count')

    hook.status = 410
    await happen()
    await drawer.getByText('it answered 410').waitFor()
    await drawer.getByRole('button', { name: 'Enable', exact: true }).click()
    await drawer.getByRole('button', { name: 'Disable' }).waitFor()
    t.match(await hookOf(), { state: 'enabled', reason: null })

    // What was given up is counted first, then sent again.
    hook.status = 204
    const query = { state: 'failed' } as const
    const givenUp = async () => (await call(webhooks.deliveries, { params, query })).body.items.length
    const count = await givenUp()
    t.ok(count > 0)
    const before = hook.got
    await drawer.getByRole('button', { name: 'Send what failed in the last 24 hours again' }).click()
    const again = drawer.getByRole('button', { name: `Send ${count} again now` })
    await again.waitFor()
    t.equal(hook.got, before, 'nothing is sent yet')
    await assertAccessible(t, page, 'what would be sent again')
    await again.click()
    await drawer.getByText(`Sent again: ${count}`).waitFor()
    await waitFor(async () => (await givenUp()) === 0, { for: 'all to be delivered' })
    await drawer.getByRole('button', { name: 'Disable' }).click()
    await drawer.getByText('by an administrator').waitFor()
    await drawer.getByRole('button', { name: 'Change it' }).click()
    const edit = page.getByRole('dialog', { name: 'Change it' })
    await edit.getByLabel('person.erased').uncheck()
    await edit.getByRole('button', { name: 'Save' }).click()
    await edit.waitFor({ state: 'detached' })
    await assertAccessible(t, page, 'a webhook')
    t.match((await call(webhooks.list, { query: {} })).body.items, [
      { state: 'disabled', events: WebhookEventType.options.filter((type) => type !== 'person.erased') },
    ])
    await drawer.getByRole('button', { name: 'Remove' }).click()
    await page
      .getByRole('dialog', { name: 'Remove this webhook?' })
      .getByRole('button', { name: 'Remove' })
      .click()
    await page.getByRole('heading', { name: 'There are no webhooks' }).waitFor()
  })

  await test('queues are counted, and their jobs say what they are about and why they failed', async (t, page) => {
    await media.deps.queue.add('deliver-webhooks', { endpointId: 'nobody' }, 'nobody')
    await enter(page, '/console/upkeep')
    await page.getByRole('main').getByRole('link', { name: 'Queues' }).click()
    const ofMedia = page.getByRole('region', { name: 'Media' })
    const failed = ofMedia.getByRole('row').filter({ hasText: 'deliver-webhooks' }).getByRole('cell').nth(4)
    await failed.filter({ hasText: '1' }).waitFor()
    await page.getByRole('region', { name: 'Accounts' }).getByText('send-mail').waitFor()
    await assertAccessible(t, page, 'the queues')
    await ofMedia.getByRole('link', { name: 'Webhooks', exact: true }).click()
    const drawer = page.getByRole('dialog', { name: 'Webhooks' })
    await drawer.getByText('There is no such job.').waitFor()
    await drawer.getByLabel('State').selectOption('failed')
    await drawer.getByText('A fault of Likeness: the log has it').waitFor()
    await drawer.getByText('nobody').waitFor()
    await assertAccessible(t, page, 'the jobs of a queue')
    t.match(Object.fromEntries(new URL(page.url()).searchParams), {
      service: 'media',
      kind: 'webhooks',
      state: 'failed',
    })
    await page.reload()
    await drawer.getByText('nobody').waitFor()
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    t.equal(new URL(page.url()).search, '')
  })
})

/** A product's server, which answers with the status it is told. */
async function startHook(t: Test) {
  const hook = { url: '', status: 204, got: 0 }
  const server = createServer((request, response) => {
    hook.got += 1
    request.resume().on('end', () => response.writeHead(hook.status).end())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  t.teardown(() => server.close())
  hook.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return hook
}

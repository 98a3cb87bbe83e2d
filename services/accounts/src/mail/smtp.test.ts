import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { emails, users } from '@likeness/contracts/endpoints'
import { freePort, noRedis, waitFor } from '@likeness/test-kit'
import t from 'tap'
import { startAccounts } from '../testing/start-accounts.js'
import { startSmtp } from '../testing/start-smtp.js'
import { requeueStuck } from '../upkeep/requeue-stuck.js'

t.test('an e-mail reaches a mail server intact, in the requested language', async (t) => {
  const smtp = await startSmtp(t)
  const { call, work } = await startAccounts(t, {
    config: { MAIL_URL: smtp.url, MAIL_FROM: 'Plum Co <hello@plum.example>', PRODUCT_NAME: 'Plum' },
  })
  await work()
  await call(users.register, {
    body: { username: 'zoe', email: 'zoe@example.com', password: 'plum-velocity-hinge-92' },
    headers: { 'accept-language': 'fr' },
  })
  const mail = await waitFor(() => smtp.received[0], { for: 'the mail' })
  t.match(mail, {
    subject: 'Confirmez votre adresse e-mail',
    from: { name: 'Plum Co', address: 'hello@plum.example' },
    to: [{ address: 'zoe@example.com' }],
    messageId: /^<[0-9a-f-]{36}@plum\.example>$/,
    envelope: { from: 'hello@plum.example', to: ['zoe@example.com'] },
  })
  t.match(mail.text, /zoe@example\.com est bien votre adresse chez Plum/)
  t.match(mail.html, /lang="fr"/)
  t.ok(mail.headers.some((header) => header.key === 'auto-submitted' && header.value === 'auto-generated'))
  const link = /https:\/\/likeness\.test\/verify-email\?token=([\w-]+)/.exec(mail.text ?? '')
  const confirmed = await call(emails.verify, { body: { token: link?.[1] ?? '' } })
  t.equal(confirmed.status, 200)
})

t.test('an e-mail that the server defers is tried again, and sent once', async (t) => {
  const smtp = await startSmtp(t)
  smtp.refusals.push({ code: 451, message: 'greylisted' }, { code: 451, message: 'greylisted' })
  const { db, register, work } = await startAccounts(t, { config: { MAIL_URL: smtp.url } })
  const workerDeps = await work()
  await register()
  await waitFor(() => smtp.received.length === 1, { for: 'the mail' })
  const sent = await waitFor(async () => {
    const row = await db.selectFrom('mails').selectAll().executeTakeFirstOrThrow()
    return row.sent_at !== null && row
  })
  t.match(
    sent,
    { token_seed: null, data: {}, failed_at: null },
    'nothing that could open the account is kept',
  )
  // The job comes again, as after a crash of the queue.
  await db.updateTable('mails').set({ claimed_until: null }).execute()
  await workerDeps.queue.add('send-mail', { mailId: sent.id }, sent.id)
  t.match(await requeueStuck(workerDeps, { dryRun: true }), { mails: 0 })
  await register()
  await waitFor(() => smtp.received.length === 2)
  t.equal(new Set(smtp.received.map((mail) => mail.messageId)).size, 2, 'the first is not sent again')
})

t.test('a permanently refused recipient is given up', async (t) => {
  const smtp = await startSmtp(t)
  smtp.refusals.push({ code: 550, message: 'no such mailbox' })
  const { db, register, work } = await startAccounts(t, { config: { MAIL_URL: smtp.url } })
  await work()
  await register()
  const row = await waitFor(async () => {
    const mail = await db.selectFrom('mails').selectAll().executeTakeFirstOrThrow()
    return mail.failed_at !== null && mail
  })
  t.match(row, { sent_at: null, failure: /no such mailbox/, token_seed: null })
  await register()
  await waitFor(() => smtp.received.length === 1, { for: 'the next e-mail' })
})

for (const queue of ['postgres', 'redis'] as const) {
  t.test(
    `an e-mail whose job was lost is found again (${queue})`,
    { skip: queue === 'redis' && noRedis },
    async (t) => {
      const smtp = await startSmtp(t)
      const { db, deps, register, work } = await startAccounts(t, { config: { MAIL_URL: smtp.url }, queue })
      deps.queue.add = () => Promise.reject(new Error('the queue is unavailable'))
      await register()
      await db
        .updateTable('mails')
        .set({ created_at: new Date(Date.now() - 60_000) })
        .execute()
      // Before the worker starts, because its schedule begins at once.
      t.match(await requeueStuck(deps, { dryRun: true }), { mails: 1 })
      t.equal(smtp.received.length, 0)
      await work()
      await waitFor(() => smtp.received.length === 1, { for: 'the e-mail, by the schedule' })
    },
  )
}

t.test(
  'a mail server that is down delays e-mails, not answers; an e-mail that is too late is not sent',
  async (t) => {
    const { db, register, work } = await startAccounts(t, {
      config: { MAIL_URL: `smtp://127.0.0.1:${await freePort()}` },
    })
    await work()
    await register()
    await db
      .updateTable('mails')
      .set({ useful_until: new Date(0) })
      .execute()
    const row = await waitFor(async () => {
      const mail = await db.selectFrom('mails').selectAll().executeTakeFirstOrThrow()
      return mail.failed_at !== null && mail
    })
    t.match(row, { sent_at: null, failure: 'too late to be of use' })
  },
)

t.test('templates in a folder replace the built-in ones', async (t) => {
  const folder = t.testdir()
  await mkdir(join(folder, 'en'))
  await writeFile(join(folder, 'en/verify-email.txt'), 'Subject: Hi from {{product}}\n\nOpen {{link}}')
  await writeFile(join(folder, 'en/verify-email.html'), '<p>{{email}} <a href="{{link}}">open</a></p>')
  const smtp = await startSmtp(t)
  const { register, work } = await startAccounts(t, {
    config: {
      MAIL_URL: smtp.url,
      MAIL_TEMPLATES: folder,
      EMAIL_LINK_VERIFY: 'https://spa.example/#/ok/{token}',
    },
  })
  await work()
  await register({ email: "o'hara@example.com" })
  const mail = await waitFor(() => smtp.received[0])
  t.equal(mail.subject, 'Hi from Likeness')
  t.match(mail.text, /^Open https:\/\/spa\.example\/#\/ok\/[\w-]{43}\s*$/)
  t.match(mail.html, /^<p>o&#39;hara@example\.com <a href="https:\/\/spa/)

  await writeFile(join(folder, 'en/verify-email.txt'), 'Subject: Hi\n\n{{password}}')
  await t.rejects(work(), { name: 'ConfigError', message: /MAIL_TEMPLATES: .*\{\{password\}\}/ })
})

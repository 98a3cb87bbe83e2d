import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProfilePatch } from '@likeness/contracts'
import { me, users } from '@likeness/contracts/endpoints'
import t from 'tap'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'
import { openGroups } from './groups.js'

const person = <More extends object>(more: More) => {
  const username = `u${randomUUID().slice(0, 8)}`
  return { username, email: `${username}@example.com`, password: goodPassword, ...more }
}

t.test('a group is chosen at registration, with the fields it requires', async (t) => {
  const { register, send } = await startAccounts(t)
  const faults = async (more: Record<string, unknown>) => {
    const { status, body } = await send('POST', users.register.path, { body: person(more) })
    t.match([status, body.code], [400, 'validation-failed'], JSON.stringify(more))
    return body.errors?.map((error) => error.path)
  }

  t.match(await register(), { group: 'customer', profile: { custom: {} } })
  const vendor = await register({
    group: 'vendor',
    profile: { custom: { businessName: 'Plums & Co' }, companyName: 'Plums', nickname: 'Plummy' },
  })
  t.match(vendor, {
    group: 'vendor',
    profile: { custom: { businessName: 'Plums & Co' }, companyName: 'Plums', nickname: 'Plummy' },
  })

  t.same(await faults({ group: 'vendor' }), ['profile.custom.businessName'])
  t.same(await faults({ group: 'vendor', profile: { custom: null } }), ['profile.custom.businessName'])
  t.same(
    await faults({
      group: 'vendor',
      profile: { custom: { businessName: '', vatNumber: 'x', isAdmin: true } },
    }),
    ['profile.custom.isAdmin', 'profile.custom.businessName', 'profile.custom.vatNumber'],
  )
  t.same(await faults({ profile: { custom: { anything: 1 } } }), ['profile.custom.anything'])
  for (const group of ['staff', 'nothing', 'constructor', '__proto__', ''])
    t.same(await faults({ group }), ['group'])
  t.same(await faults({ group: 7 }), ['group'])
})

t.test('extra fields are merged one by one and checked as a whole', async (t) => {
  const { call, logIn, register, send } = await startAccounts(t)
  const { username } = await register({ group: 'vendor', profile: { custom: { businessName: 'One' } } })
  const { accessToken: token } = await logIn(username)
  const patch = (custom: Record<string, unknown> | null) =>
    call(me.patch, { body: { profile: { custom } }, token })

  t.same((await patch({ vatNumber: 'FR12345678901' })).body.profile.custom, {
    businessName: 'One',
    vatNumber: 'FR12345678901',
  })
  t.same((await patch({ vatNumber: null })).body.profile.custom, { businessName: 'One' })
  t.same((await patch({ businessName: null })).body.errors, [
    { path: 'profile.custom.businessName', code: 'required', message: 'is required' },
  ])
  t.equal((await patch(null)).status, 400, 'required fields cannot be emptied')
  for (const custom of [
    { businessName: 'nul \u0000' },
    { 'nul\u0000': 1 },
    { businessName: 'lone \udc00' },
    'text',
    [],
  ]) {
    const { body } = await send('PATCH', me.patch.path, { body: { profile: { custom } }, token })
    t.equal(body.code, 'validation-failed', JSON.stringify(custom))
  }
  const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`
  const { body } = await send('PATCH', me.patch.path, { body: `{"profile":{"custom":${deep}}}`, token })
  t.equal(body.code, 'validation-failed', 'nested far too deeply')
})

t.test('a deployment can have its own groups', async (t) => {
  const file = join(t.testdir(), 'groups.json')
  await writeFile(
    file,
    JSON.stringify({
      default: 'reader',
      groups: {
        reader: { registration: true, custom: { properties: { shelf: { type: 'string', format: 'date' } } } },
      },
    }),
  )
  const { call, register } = await startAccounts(t, { config: { GROUPS_FILE: file } })
  t.match(await register({ profile: { custom: { shelf: '2026-01-31', note: 'free' } } }), { group: 'reader' })
  const bad = await call(users.register, { body: person({ profile: { custom: { shelf: 'soon' } } }) })
  t.match(bad.body.errors, [{ path: 'profile.custom.shelf' }])
})

t.test('an unusable GROUPS_FILE is refused with the reason', async (t) => {
  const open = async (content: string) => {
    const file = join(t.testdir(), 'groups.json')
    await writeFile(file, content)
    return () => openGroups(file)
  }
  t.throws(() => openGroups('/nowhere/groups.json'), { name: 'ConfigError', message: /GROUPS_FILE: ENOENT/ })
  t.throws(await open('{'), { message: /GROUPS_FILE: .*JSON/ })
  t.throws(await open('{"default":"a","groups":{"a":{"open":true}}}'), {
    message: /groups.a.open is not a known field/,
  })
  t.throws(await open('{"default":"a","groups":{"b":{"registration":true}}}'), {
    message: /default must be a group/,
  })
  t.throws(await open('{"default":"a","groups":{"a":{"registration":true,"custom":{"type":"thing"}}}}'), {
    message: /custom of a: /,
  })
})

t.test('profile fields that a group requires cannot be removed', async (t) => {
  const file = join(t.testdir(), 'groups.json')
  const reader = (required: string[]) => ({
    default: 'reader',
    groups: { reader: { registration: true, required } },
  })
  await writeFile(file, JSON.stringify(reader([])))
  const accounts = await startAccounts(t, { config: { GROUPS_FILE: file } })
  const before = await accounts.join()
  await writeFile(file, JSON.stringify(reader(['firstName', 'lastName', 'birthDate'])))
  const { call, logIn } = await accounts.another()
  const names = { firstName: 'Ada', lastName: 'Lovelace' }
  const wrong = await call(users.register, {
    body: person({ password: 'short', profile: { lastName: ' ', birthDate: '1700-01-01' } }),
  })
  t.match(
    wrong.body.errors?.map(({ path, code }) => `${path} ${code}`),
    [
      'profile.birthDate not-a-birth-date',
      'profile.firstName required',
      'profile.lastName required',
      'password too-short',
    ],
  )
  t.match((await call(users.register, { body: person({}) })).body.errors, [
    { path: 'profile.firstName', code: 'required' },
    { path: 'profile.lastName', code: 'required' },
    { path: 'profile.birthDate', code: 'required' },
  ])
  const made = await call(users.register, {
    body: person({ profile: { ...names, birthDate: '1990-12-10' } }),
  })
  t.match(made, { status: 201, body: { profile: names } })
  const { accessToken: token } = await logIn(made.body.username)
  const patch = (profile: ProfilePatch, by = token) => call(me.patch, { body: { profile }, token: by })
  t.match(await patch({ firstName: null, birthDate: null, bio: 'x' }), {
    status: 400,
    body: {
      errors: [
        { path: 'profile.firstName', code: 'required' },
        { path: 'profile.birthDate', code: 'required' },
      ],
    },
  })
  t.match(await patch({ firstName: 'Augusta' }), { status: 200, body: { profile: { firstName: 'Augusta' } } })
  t.match(await patch({ bio: 'Here before the rule', firstName: null }, before.accessToken), { status: 200 })

  const form = await call(users.registrationForm)
  const asked = (name: string, type = 'text') => ({
    name: `profile.${name}`,
    label: null,
    type,
    choices: [],
    required: true,
  })
  t.same(form.body, {
    username: 'required',
    groups: [
      {
        name: 'reader',
        isDefault: true,
        fields: [asked('firstName'), asked('lastName'), asked('birthDate', 'date')],
      },
    ],
  })
})

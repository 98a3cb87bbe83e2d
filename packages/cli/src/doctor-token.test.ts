import { startIssuer } from '@likeness/test-kit'
import t from 'tap'
import { json, runLikeness as likeness } from './testing/run-likeness.js'

type Check = { readonly name: string; readonly ok: boolean; readonly says: string }

t.test('doctor --token says claim by claim why a token is taken, or is not', async (t) => {
  const issuer = await startIssuer(t)
  const login = {
    ...{ alias: 'shop', issuer: issuer.url, audience: ['product'], azp: ['app'] },
    ...{ claims: { roles: ['realm.roles'] }, roles: { admin: ['root'] } },
  }
  const env = { MEDIA_ISSUERS: JSON.stringify([login]) }
  const explain = async (token: string) => {
    const ran = await likeness(env, 'doctor', '--json', '--token', token)
    t.notMatch(ran.stdout + ran.stderr, token.split('.')[2] || 'nothing', 'the token is not shown')
    const checks = json(ran).checks as Check[]
    return { status: ran.status, bad: checks.filter(({ ok }) => !ok), checks }
  }

  const good = await explain(await issuer.token({ azp: 'app', realm: { roles: ['root'] }, name: 'Ana' }))
  t.match(good, { status: 0, bad: [] })
  t.match(
    good.checks.map(({ name, says }) => `${name}: ${says}`),
    [
      /^iss: .*which is shop/,
      /^alg: EdDSA/,
      /^signature: by a key of the issuer/,
      /^aud: "product"/,
      /^azp: "app"/,
      /^times: iat 20/,
      /^subject: "ana"/,
      /^role: admin/,
      /^describes: name/,
    ],
  )

  const seconds = Math.floor(Date.now() / 1000)
  const many = await explain(await issuer.token({ aud: 'another', exp: seconds - 600, sub: '' }))
  t.equal(many.status, 3)
  t.match(
    many.bad.map(({ name, says }) => `${name}: ${says}`),
    [
      /^aud: "another" has none of product/,
      /^azp: it has none is none of app/,
      /^times: .*has expired/,
      /^subject: it has no subject/,
    ],
    'every fault at once',
  )

  const other = await startIssuer(t)
  t.match(await explain(await other.token()), {
    status: 3,
    bad: [{ name: 'iss', says: /is in no entry of ISSUERS/ }],
  })
  t.match((await explain(await other.token({ azp: 'app' }, { iss: issuer.url }))).bad, [
    { name: 'signature', says: 'not by the key that it names' },
  ])
  t.match(await explain('nonsense'), { status: 3, bad: [{ name: 'form' }] })
  issuer.answer = (_request, response) => Boolean(response.writeHead(500).end())
  t.match((await explain(await issuer.token({ azp: 'app' }))).bad, [
    { name: 'signature', says: /could not be fetched: discovery answered 500/ },
  ])
  t.match(await likeness({}, 'doctor', '--token', 'x.y.z'), {
    status: 2,
    stderr: /ISSUERS, which names no login/,
  })
})

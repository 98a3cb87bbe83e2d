import { uploads } from '@likeness/contracts/endpoints'
import { assertRefusals, type OpenApi, wrongRequests } from '@likeness/test-kit'
import t from 'tap'
import { startMedia } from './testing/start-media.js'

t.test('every route names all faults at once, in plain words of either language', async (t) => {
  const media = await startMedia(t)
  const admin = await media.person('admin')
  const document = (await admin.send<OpenApi>('GET', '/openapi.json')).body
  const requests = wrongRequests(document)
  t.ok(requests.length > 20, `${requests.length} requests`)
  await assertRefusals(t, requests, ({ method, path, headers, body }, language) => {
    const isPicture = method === 'POST' && path.startsWith(`${uploads.create.path}?`)
    const type = isPicture ? 'image/png' : 'application/json'
    const sent = isPicture ? Buffer.from('x') : body === undefined ? undefined : JSON.stringify(body)
    const about = { 'accept-language': language, ...(sent === undefined ? {} : { 'content-type': type }) }
    return admin.send(method, path, { body: sent, headers: { ...headers, ...about } })
  })
})

t.test('a file of another kind is named in the language of its reader', async (t) => {
  const media = await startMedia(t)
  const person = await media.person()
  const headers = { 'content-type': 'image/png', 'accept-language': 'fr' }
  const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')
  const { status, body } = await person.call(uploads.create, { body: drawing, headers })
  t.equal(status, 415)
  t.match(body.detail, /^Les octets ressemblent à un dessin SVG ; acceptés : JPEG, PNG/)
})

import t from 'tap'
import { z } from 'zod'
import { jsonWriter } from './write-json.js'

const Time = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (time) => time.toISOString(),
})

t.test('a field that the schema lacks is not written, at any depth', async (t) => {
  const Person = z.object({ name: z.string(), age: z.int().nullable() })
  const write = jsonWriter(
    z.object({
      owner: Person,
      heir: Person.nullable(),
      guest: Person.optional(),
      friends: z.array(Person),
      byCity: z.record(z.string(), Person),
      crop: z.strictObject({ x: z.int() }),
      anything: z.record(z.string(), z.unknown()),
    }),
  )
  const person = { name: 'Ana', age: 40, secret: 'x' }
  const plain = { name: 'Ana', age: 40 }
  const whole = {
    owner: person,
    heir: person,
    guest: person,
    friends: [person, { name: 'Ben', age: null, secret: 'x' }],
    byCity: { Porto: person },
    crop: { x: 1, secret: 'x' },
    anything: { any: { field: 1 } },
    secret: 'x',
  }
  t.strictSame(JSON.parse(write(whole)), {
    owner: plain,
    heir: plain,
    guest: plain,
    friends: [plain, { name: 'Ben', age: null }],
    byCity: { Porto: plain },
    crop: { x: 1 },
    anything: { any: { field: 1 } },
  })
  const { guest: _, ...rest } = whole
  t.match(JSON.parse(write({ ...rest, heir: null })), { heir: null, friends: { length: 2 } })
  t.notOk('guest' in JSON.parse(write(rest)))
})

t.test('what is held differently is encoded, alone and within', async (t) => {
  const at = new Date('2026-11-28T12:00:00.000Z')
  t.equal(jsonWriter(Time)(at), '"2026-11-28T12:00:00.000Z"')
  t.equal(jsonWriter(z.object({ at: Time.nullable() }))({ at }), '{"at":"2026-11-28T12:00:00.000Z"}')
  t.equal(jsonWriter(z.object({ at: z.array(Time) }))({ at: [at] }), '{"at":["2026-11-28T12:00:00.000Z"]}')
  const either = jsonWriter(
    z.object({ is: z.union([z.object({ a: z.string(), at: Time }), z.object({ b: z.string() })]) }),
  )
  t.equal(either({ is: { b: 'b', secret: 'x' } }), '{"is":{"b":"b"}}')
  t.equal(either({ is: { a: 'a', at, secret: 'x' } }), '{"is":{"a":"a","at":"2026-11-28T12:00:00.000Z"}}')
})

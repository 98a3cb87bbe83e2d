import type { Upload } from '@likeness/contracts'
import t from 'tap'
import { Fault } from '../api/fault.js'
import { type FlowEvent, type FlowState, firstState, nextState } from './flow.js'

const upload = { id: 'u1', status: 'pending' } as Upload
const preview = new Blob(['x'])
const file = new File(['x'], 'me.jpg')
const request = { crop: { x: 0, y: 0, width: 9, height: 9 } }
const after = (...events: FlowEvent[]): FlowState => events.reduce(nextState, firstState)
const fault = (code: string, status?: number) =>
  new Fault(code, '', '', status === undefined ? {} : { status })

const toChoosing: FlowEvent[] = [{ type: 'nothing-unfinished' }]
const toSending: FlowEvent[] = [...toChoosing, { type: 'picked', file }]
const toCropping: FlowEvent[] = [
  ...toSending,
  { type: 'progressed', share: 1 },
  { type: 'staged', upload },
  { type: 'waiting', upload },
  { type: 'previewed', upload, preview },
]
const toPublishing: FlowEvent[] = [...toCropping, { type: 'confirmed', upload, request }]

t.test('a picture that is too large may be made smaller and then sent', async (t) => {
  const file = new File(['large'], 'large.jpg')
  const fault = new Fault('image-too-large', 'Too large', 'It has more than can be sent.')
  const offered = nextState(
    { step: 'choosing', notice: undefined },
    { type: 'refused', fault, tooLarge: file },
  )
  t.match(offered, { step: 'choosing', notice: { kind: 'fault', tooLarge: file } })
  const shrinking = nextState(offered, { type: 'shrink', file, limit: 3 })
  t.match(shrinking, { step: 'shrinking', task: { do: 'shrink', limit: 3 } })
  t.same(nextState(shrinking, { type: 'cancelled' }), { step: 'choosing', notice: undefined })
  const small = new File(['ok'], 'large.jpg')
  const sending = nextState(shrinking, { type: 'shrunk', file: small })
  t.match(sending, { step: 'sending', task: { do: 'send', file: small } })
  const pixels = new Fault('too-many-pixels', 'Too many', 'Of the server.', { status: 422 })
  t.match(nextState(sending, { type: 'failed', fault: pixels }), {
    step: 'choosing',
    notice: { tooLarge: small },
  })
})

t.test('a picture goes from the choice to the profile', async (t) => {
  t.match(after(...toPublishing), { step: 'publishing', task: { do: 'publish', id: 'u1', request } })
  t.same(after(...toPublishing, { type: 'published' }), { step: 'choosing', notice: { kind: 'published' } })
})

t.test('an upload left before a reload goes on', async (t) => {
  t.match(after({ type: 'staged', upload }), { step: 'preparing', task: { do: 'prepare', id: 'u1' } })
  t.match(after({ type: 'confirmed', upload, request: undefined }), {
    step: 'publishing',
    task: { do: 'publish', id: 'u1', request: undefined },
    preview: undefined,
  })
})

t.test('progress does not restart the task', async (t) => {
  const before = after(...toSending)
  const later = nextState(before, { type: 'progressed', share: 0.4 })
  t.match(later, { step: 'sending', share: 0.4 })
  t.ok('task' in before && 'task' in later && before.task === later.task)
})

t.test('repeated clicks and late answers change nothing', async (t) => {
  const states = [after(...toPublishing), after(...toPublishing, { type: 'published' })]
  const late: FlowEvent[] = [
    { type: 'confirmed', upload, request },
    { type: 'cancelled' },
    { type: 'staged', upload },
    { type: 'previewed', upload, preview },
    { type: 'discarded' },
    { type: 'again' },
    { type: 'nothing-unfinished' },
    { type: 'progressed', share: 0 },
  ]
  for (const state of states) for (const event of late) t.equal(nextState(state, event), state, event.type)
  const sending = after(...toSending)
  t.equal(nextState(sending, { type: 'picked', file }), sending, 'a second file while one is sent')
})

t.test('cancelling discards a staged picture, and only stops sending', async (t) => {
  t.same(after(...toSending, { type: 'cancelled' }), { step: 'choosing', notice: { kind: 'discarded' } })
  const discarding = after(...toCropping, { type: 'cancelled' })
  t.match(discarding, { step: 'discarding', task: { do: 'discard', id: 'u1' } })
  t.match(nextState(discarding, { type: 'discarded' }), { step: 'choosing', notice: { kind: 'discarded' } })
})

t.test('a fault offers another try when that can help', async (t) => {
  for (const [code, status, again] of [
    ['unreachable', undefined, true],
    ['overloaded', 503, true],
    ['rate-limited', 429, true],
    ['unsupported-image', 415, false],
    ['image-too-large', 413, false],
  ] as const) {
    const state = after(...toSending, { type: 'failed', fault: fault(code, status) })
    t.match(state, { step: 'choosing', notice: { kind: 'fault', fault: { code } } })
    t.equal(nextState(state, { type: 'again' }).step, again ? 'sending' : 'choosing', code)
  }
  const unloaded = after({ type: 'failed', fault: fault('unreachable') }, { type: 'again' })
  t.same(unloaded, firstState)
})

t.test('a refused confirmation goes back to the crop, unless the upload is gone', async (t) => {
  for (const [code, status, step] of [
    ['invalid-crop', 422, 'cropping'],
    ['rate-limited', 429, 'cropping'],
    ['upload-expired', 410, 'choosing'],
    ['upload-not-found', 404, 'choosing'],
    ['already-confirmed', 409, 'choosing'],
  ] as const) {
    t.equal(after(...toPublishing, { type: 'failed', fault: fault(code, status) }).step, step, code)
  }
  t.equal(
    after(...toCropping, { type: 'cancelled' }, { type: 'failed', fault: fault('unreachable') }).step,
    'cropping',
  )
})

import t from 'tap'
import type { Upload } from '../api.js'
import { LikenessError } from '../error.js'
import { type FlowEvent, type FlowState, firstState, nextState } from './flow-state.js'

const upload = { id: 'u1', status: 'pending' } as Upload
const preview = new Blob(['x'])
const file = new File(['x'], 'me.jpg')
const crop = { x: 0, y: 0, width: 9, height: 9 }
const request = { key: 'k2', crop, altText: 'Me' }
const live = { id: 'u1', status: 'published', userId: 'p1' } as Upload
const before = { id: 'u0', status: 'published' } as Upload
const picked: FlowEvent = { type: 'picked', file, replaceOldest: false, key: 'k1' }
const after = (...events: FlowEvent[]): FlowState => events.reduce(nextState, firstState)
const fault = (code: string, status = 0) => new LikenessError(code, { status })
const failed = (code: string, status?: number): FlowEvent => ({
  type: 'failed',
  fault: fault(code, status),
  canShrink: true,
})

const toChoosing: FlowEvent[] = [{ type: 'nothing-unfinished' }]
const toSending: FlowEvent[] = [...toChoosing, picked]
const toCropping: FlowEvent[] = [
  ...toSending,
  { type: 'progressed', share: 1 },
  { type: 'staged', upload },
  { type: 'waiting', upload },
  { type: 'previewed', upload, preview },
]
const toPublishing: FlowEvent[] = [
  ...toCropping,
  { type: 'cropped', crop },
  { type: 'confirm', altText: 'Me', key: 'k2' },
]

t.test('a picture that is too large may be made smaller and then sent', async (t) => {
  const file = new File(['large'], 'large.jpg')
  const offered = nextState(
    { step: 'choosing', notice: undefined },
    { type: 'refused', fault: fault('image-too-large'), tooLarge: file },
  )
  t.match(offered, { step: 'choosing', notice: { kind: 'fault', tooLarge: file } })
  const shrinking = nextState(offered, { type: 'shrink', file })
  t.match(shrinking, { step: 'shrinking', task: { do: 'shrink', file } })
  t.same(nextState(shrinking, { type: 'cancelled' }), { step: 'choosing', notice: undefined })
  const small = new File(['ok'], 'large.jpg')
  const sending = nextState(shrinking, { type: 'shrunk', file: small, key: 'k2' })
  t.match(sending, { step: 'sending', task: { do: 'send', file: small } })
  const pixels = failed('too-many-pixels', 422)
  t.match(nextState(sending, pixels), { step: 'choosing', notice: { tooLarge: small } })
  const unoffered = nextState(sending, {
    type: 'failed',
    fault: fault('too-many-pixels', 422),
    canShrink: false,
  })
  t.notOk('notice' in unoffered && unoffered.notice && 'tooLarge' in unoffered.notice, 'where it cannot be')
})

t.test('a picture goes from the choice to the profile', async (t) => {
  t.match(after(...toPublishing), { step: 'publishing', task: { do: 'publish', id: 'u1', request } })
  const change = { live, before }
  t.same(after(...toPublishing, { type: 'published', change }), {
    step: 'choosing',
    notice: { kind: 'published', change },
  })
})

t.test('an upload left before a reload goes on', async (t) => {
  t.match(after({ type: 'staged', upload }), { step: 'preparing', task: { do: 'prepare', id: 'u1' } })
  t.match(after({ type: 'confirmed', upload }), {
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
  const states = [after(...toPublishing), after(...toPublishing, { type: 'published', change: undefined })]
  const late: FlowEvent[] = [
    { type: 'confirmed', upload },
    { type: 'confirm', altText: undefined, key: 'k3' },
    { type: 'cropped', crop },
    { type: 'undo', key: 'k4' },
    { type: 'undone' },
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
  t.equal(nextState(sending, picked), sending, 'a second file while one is sent')
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
    const state = after(...toSending, failed(code, status))
    t.match(state, { step: 'choosing', notice: { kind: 'fault', fault: { code } } })
    t.equal(nextState(state, { type: 'again' }).step, again ? 'sending' : 'choosing', code)
  }
  const unloaded = after(failed('unreachable'), { type: 'again' })
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
    t.equal(after(...toPublishing, failed(code, status)).step, step, code)
  }
  t.equal(after(...toCropping, { type: 'cancelled' }, failed('unreachable')).step, 'cropping')
})

t.test('what was published can be undone, once', async (t) => {
  const change = { live, before }
  const published = after(...toPublishing, { type: 'published', change })
  const undoing = nextState(published, { type: 'undo', key: 'k4' })
  t.match(undoing, { step: 'undoing', task: { do: 'undo', change, key: 'k4' } })
  t.equal(nextState(undoing, { type: 'undo', key: 'k5' }), undoing)
  t.same(nextState(undoing, { type: 'undone' }), { step: 'choosing', notice: { kind: 'undone', change } })
  const refused = nextState(undoing, failed('stale', 412))
  t.match(refused, { step: 'choosing', notice: { kind: 'fault', fault: { code: 'stale' } } })
  t.match(nextState(refused, { type: 'again' }), { step: 'undoing', task: { key: 'k4' } })
})

t.test('a refused confirmation keeps the frame', async (t) => {
  t.match(after(...toPublishing, failed('invalid-crop', 422)), { step: 'cropping', crop })
})

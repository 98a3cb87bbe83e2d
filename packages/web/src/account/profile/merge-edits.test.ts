import t from 'tap'
import { mergeEdits } from './merge-edits.js'
import { patchOf } from './profile-values.js'

t.test('an edit keeps what only one side changed, and tells what both did', async (t) => {
  const base = { a: 'old', b: 'old', c: 'old', d: false, e: 'old' }
  const mine = { a: 'mine', b: 'old', c: 'mine', d: true, e: 'same' }
  const theirs = { a: 'old', b: 'theirs', c: 'theirs', d: false, e: 'same' }
  t.strictSame(mergeEdits(base, mine, theirs), {
    values: { a: 'mine', b: 'theirs', c: 'mine', d: true, e: 'same' },
    conflicts: [{ path: 'c', mine: 'mine', theirs: 'theirs' }],
  })
})

t.test('a patch names what changed, and clears by null', async (t) => {
  const from = {
    username: 'ada',
    'profile.bio': 'Hello',
    'profile.nickname': 'Ada',
    'profile.discoverable': false,
    'profile.custom.seats': '',
    'profile.custom.vat': 'X',
  }
  const to = { ...from, 'profile.bio': '', 'profile.discoverable': true, 'profile.custom.seats': '12' }
  const own = [
    { name: 'profile.custom.seats', label: 'Seats', type: 'number' as const, choices: [], required: false },
    { name: 'profile.custom.vat', label: 'VAT', type: 'text' as const, choices: [], required: false },
  ]
  t.strictSame(patchOf(from, to, own), {
    profile: { bio: null, discoverable: true, custom: { seats: 12 } },
  })
  t.strictSame(patchOf(from, { ...from, username: 'lovelace' }, own), { username: 'lovelace' })
  t.strictSame(patchOf(from, from, own), {})
})

import t from 'tap'
import { ageOn } from './age.js'

t.test('a year is added on the birthday', async (t) => {
  const on = (day: string, born: string) => ageOn(new Date(day), born)
  t.equal(on('2026-06-14T23:59:59Z', '2000-06-15'), 25)
  t.equal(on('2026-06-15T00:00:00Z', '2000-06-15'), 26)
  t.equal(on('2026-02-28T12:00:00Z', '2004-02-29'), 21)
  t.equal(on('2026-03-01T12:00:00Z', '2004-02-29'), 22)
  t.equal(on('2026-01-01T00:00:00Z', '2026-01-02'), -1)
})

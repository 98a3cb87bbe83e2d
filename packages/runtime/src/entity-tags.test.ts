import t from 'tap'
import { entityTagOf, isExpected, isKnown } from './entity-tags.js'

t.test('an entity tag is quoted, and the same for the same content alone', async (t) => {
  t.match(entityTagOf('a'), /^"[\w-]{22}"$/)
  t.equal(entityTagOf('a'), entityTagOf(Buffer.from('a')))
  t.not(entityTagOf('a'), entityTagOf('b'))
})

t.test('If-None-Match compares weakly', async (t) => {
  for (const header of ['"a"', ' "a" ', '*', 'W/"a"', '"b", "a"', '"b",W/"a"', '*, "b"']) {
    t.equal(isKnown(header, '"a"'), true, header)
  }
  for (const header of [undefined, '', '"b"', 'a', '"a', 'w/"a"', '"aa"', 'W/"b", "c"']) {
    t.equal(isKnown(header, '"a"'), false, header ?? 'absent')
  }
})

t.test('If-Match compares strongly', async (t) => {
  const isA = (tag: string) => tag === '"a"'
  for (const header of [undefined, '"a"', '*', ' * ', '"b", "a"']) {
    t.equal(isExpected(header, isA), true, header ?? 'absent')
  }
  for (const header of ['', 'W/"a"', '"b"', '*, "b"', 'a']) t.equal(isExpected(header, isA), false, header)
})

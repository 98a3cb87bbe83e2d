import t from 'tap'
import { describeCrash } from './describe-crash.js'

t.test('a crash is told by its part, its message and where it was thrown', async (t) => {
  const error = new TypeError('x is undefined')
  error.stack = `TypeError: x is undefined
    at listener (file:///likeness/infra/bundle/dist/chunks/dist-x.js:1:2)
    at parse (/likeness/packages/runtime/src/cursor.ts:30:4)
    at async list (/likeness/services/media/src/history/list-history.ts:12:3)`
  t.equal(describeCrash(error), 'media: TypeError: x is undefined (packages/runtime/src/cursor.ts:30:4)')
})

t.test('a crash outside our sources is told by its message', async (t) => {
  const error = new Error('write EPIPE')
  error.stack = 'Error: write EPIPE\n    at afterWrite (node:internal/stream:1:2)'
  t.equal(describeCrash(error), 'Error: write EPIPE')
  t.equal(describeCrash('a string'), 'a string')
})

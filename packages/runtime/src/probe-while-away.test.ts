import { toAccounts } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { NoAnswerError, ServiceAwayError } from './call-service.js'
import { probeWhileAway } from './probe-while-away.js'

const input = { params: { id: '0198c0de-0000-7000-8000-000000000000' } }

t.test('while the other service gives no answer, one call at a time asks again', async (t) => {
  const asked: { answer: () => void; fail: (error: Error) => void }[] = []
  const call = probeWhileAway<'accounts'>(
    () =>
      new Promise((resolve, reject) =>
        asked.push({ answer: () => resolve(undefined as never), fail: reject }),
      ),
  )
  const ask = () => call(toAccounts.findUser, input)
  const noAnswer = { message: /gave no answer/ }

  const first = [ask(), ask(), ask()]
  for (const one of asked) one.fail(new NoAnswerError('accounts gave no answer'))
  for (const one of first) await t.rejects(one, noAnswer)
  await t.rejects(ask(), noAnswer)
  t.equal(asked.length, 3, 'the next does not ask')

  let made: Promise<unknown> = Promise.resolve()
  const another = () => {
    if (asked.length === 4) return true
    made = ask()
    made.catch(() => undefined)
    return false
  }
  await waitFor(another, { for: 'another to ask' })
  await t.rejects(ask(), noAnswer)
  t.equal(asked.length, 4, 'one asks')
  asked[3]?.fail(new ServiceAwayError('accounts answered 500'))
  await t.rejects(made, { message: /answered 500/ })

  const last = [ask(), ask()]
  t.equal(asked.length, 6, 'it answers again: all ask')
  for (const one of asked) one.answer()
  await Promise.all(last)
})

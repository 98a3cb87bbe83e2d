import { subscribe } from 'node:diagnostics_channel'
import { type Answered, answeredChannel } from '@likeness/contracts'
import t, { type Test } from 'tap'
import { answerFaults } from './answer-faults.js'

let file: Test | undefined
const lines = new Set<string>()

/**
 * Holds every answer of every server in this process, from the next one that is made, against its endpoint. The test
 * file fails at its end with one line for each fault.
 */
export function judgeAnswers(): void {
  if (file === t) return
  if (file === undefined) subscribe(answeredChannel, judge)
  file = t
  lines.clear()
  t.teardown(() => {
    if (lines.size > 0) throw new Error(`Answers differ from their endpoints:\n${[...lines].join('\n')}`)
  })
}

function judge(message: unknown): void {
  const answered = message as Answered
  const { endpoint, status } = answered
  for (const fault of answerFaults(answered)) lines.add(`${endpoint.id}: ${status} ${fault}`)
}

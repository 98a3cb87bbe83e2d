import { subscribe } from 'node:diagnostics_channel'
import { type Answered, answeredChannel } from '@likeness/contracts'
import t from 'tap'
import { answerFaults } from './answer-faults.js'

let isJudging = false

/**
 * Holds every answer of every server in this process, from the next one that is made, against its endpoint. The test
 * file fails at its end with one line for each fault.
 */
export function judgeAnswers(): void {
  if (isJudging) return
  isJudging = true
  const lines = new Set<string>()
  subscribe(answeredChannel, (message) => {
    const answered = message as Answered
    const { endpoint, status } = answered
    for (const fault of answerFaults(answered)) lines.add(`${endpoint.id}: ${status} ${fault}`)
  })
  t.teardown(() => {
    if (lines.size > 0) throw new Error(`Answers differ from their endpoints:\n${[...lines].join('\n')}`)
  })
}

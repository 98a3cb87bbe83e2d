import { problem } from '../problems.js'

// Pictures are made on the threads that also read files: some are left to those.
const atOnce = 2
const mostWaiting = 256

/**
 * Makes pictures, few at once and in order. What is asked for can be made up by anyone, so past a number that
 * waits the answer is `overloaded`, and what is stored goes on being served.
 */
export function openMaking(): (make: () => Promise<Buffer>) => Promise<Buffer> {
  const waiting: (() => void)[] = []
  let underway = 0
  return async (make) => {
    if (waiting.length >= mostWaiting) throw problem('overloaded', { headers: { 'retry-after': '1' } })
    if (underway >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else underway += 1
    try {
      return await make()
    } finally {
      // Whoever waits takes this place over.
      const next = waiting.shift()
      if (next) next()
      else underway -= 1
    }
  }
}

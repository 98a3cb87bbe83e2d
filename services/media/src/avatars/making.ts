import { openTurns, type Turns } from '@likeness/runtime/turns'
import { problem } from '../problems.js'

// Pictures are made on the threads that also read files, which need some of them.
const atOnce = 2
const mostWaiting = 256

/**
 * Makes pictures, few at once and in order. Anyone can make up requests for them, so past a number that wait the
 * answer is `overloaded`, while stored pictures are still served.
 */
export const openMaking = (): Turns =>
  openTurns({
    atOnce,
    mostWaiting,
    refuse: () => problem('overloaded', { headers: { 'retry-after': '1' } }),
  })

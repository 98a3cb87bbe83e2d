import type { Progress } from '@likeness/runtime/upkeep'
import type { Given } from './finish.js'

// How often it is told: on a terminal, and in a log.
const redrawMs = 200
const lineMs = 2_000
const width = 24

/** Shows how far a long command is: a bar on a terminal, a line every two seconds elsewhere, nothing with `--quiet`. */
export function showProgress({ quiet }: Given): { tell: (progress: Progress) => void; end: () => void } {
  let began = performance.now()
  let counted = ''
  const isTerminal = process.stderr.isTTY
  let toldAt = began
  let drawn = false
  return {
    tell(progress) {
      const now = performance.now()
      // Another step begins.
      if (counted !== progress.of) began = now
      counted = progress.of
      if (quiet || now - toldAt < (isTerminal ? redrawMs : lineMs)) return
      toldAt = now
      drawn = isTerminal
      const line = lineOf(progress, (now - began) / 1000)
      process.stderr.write(isTerminal ? `\r\u001b[K${barOf(progress)}${line}` : `${line}\n`)
    },
    end() {
      if (drawn) process.stderr.write('\r\u001b[K')
    },
  }
}

const barOf = ({ done, total }: Progress) => {
  if (!total) return ''
  const filled = Math.round(Math.min(done / total, 1) * width)
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} `
}

/** `1,200 of 5,000 uploads, 240/s, 0:16 left` */
function lineOf({ done, total, of }: Progress, seconds: number): string {
  const rate = done / Math.max(seconds, 0.001)
  const parts = [
    `${done.toLocaleString('en')}${total === undefined ? '' : ` of ${total.toLocaleString('en')}`} ${of}`,
    `${rate >= 10 ? Math.round(rate).toLocaleString('en') : rate.toFixed(1)}/s`,
  ]
  const left = total === undefined || rate === 0 ? undefined : Math.round(Math.max(0, (total - done) / rate))
  if (left !== undefined) parts.push(`${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left`)
  return parts.join(', ')
}

export interface Outcome {
  passed: number
  failed: number
  skipped: number
  /** Why tests were skipped, each reason once. */
  reasons: string[]
}

/** What a failed assertion says about itself; a subtest around it only says where it stands. */
const telling = /^\s+(stack|diff|expired|tapCaught):/m

/**
 * Reads what a test file printed.
 *
 * @param report the TAP of one file; one that ended too early counts nothing
 * @returns assertions counted, and the lines to print about those that failed
 */
export function readTap(report: string): Outcome & { failures: string[] } {
  const lines = report.split('\n')
  const skips = lines.flatMap((line) => /^\s*ok .* # SKIP(.*)$/.exec(line)?.[1]?.trim() ?? [])
  // Such as `total: 8, pass: 3, fail: 4, skip: 1`, without those that are zero.
  const totals = lines.findLast((line) => /^# \{ .* \}$/.test(line)) ?? ''
  const number = (name: string) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0)
  return {
    passed: number('pass'),
    failed: number('fail') + number('todo'),
    skipped: number('skip'),
    reasons: [...new Set(skips)],
    failures: failuresOf(lines),
  }
}

function failuresOf(lines: readonly string[]): string[] {
  return lines.flatMap((line, at) => {
    const [, indent, name = ''] = /^( *)not ok \d+ - (.*)$/.exec(line) ?? []
    if (indent === undefined || lines[at + 1] !== `${indent}  ---`) return []
    const details = lines.slice(at + 2, lines.indexOf(`${indent}  ...`, at)).join('\n')
    return telling.test(details) ? [`  ✗ ${name}`, details] : []
  })
}

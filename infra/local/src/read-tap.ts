export interface Outcome {
  passed: number
  failed: number
  skipped: number
  /** Why tests were skipped, each reason once. */
  reasons: string[]
  /** Full names of the tests that ran and passed, such as `the page > a dropped photo becomes the avatar`. */
  tests: string[]
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
    tests: testsPassed(lines),
    failures: failuresOf(lines),
  }
}

/** A test announces itself before its assertions and gives its result, at the same indent, after them. */
function testsPassed(lines: readonly string[]): string[] {
  const open: string[] = []
  return lines.flatMap((line) => {
    const [, indent = '', announced, failed, name] =
      /^( *)(?:# Subtest: (.*)|(not )?ok \d+ - (.*?)(?: # time=\S+)?)$/.exec(line) ?? []
    const depth = indent.length / 4
    if (announced !== undefined) open.splice(depth, Infinity, announced)
    if (name === undefined || open[depth] !== name) return []
    const path = open.splice(0, depth + 1)
    open.push(...path.slice(0, depth))
    return failed === undefined ? [path.join(' > ').replace(/\\([\\#])/g, '$1')] : []
  })
}

function failuresOf(lines: readonly string[]): string[] {
  return lines.flatMap((line, at) => {
    const [, indent, name = ''] = /^( *)not ok \d+ - (.*)$/.exec(line) ?? []
    if (indent === undefined || lines[at + 1] !== `${indent}  ---`) return []
    const details = lines.slice(at + 2, lines.indexOf(`${indent}  ...`, at)).join('\n')
    return telling.test(details) ? [`  ✗ ${name}`, details] : []
  })
}

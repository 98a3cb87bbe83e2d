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
 * Reads raw TAP while it comes: prints a line per test file as it ends, with what failed below a failed one,
 * and counts assertions.
 *
 * @param lines of `tap run --reporter=tap`, which gives one file after the other
 */
export async function readTap(lines: AsyncIterable<string>, print: (line: string) => void): Promise<Outcome> {
  let ofFile: string[] = []
  let failed: string | undefined
  let totals = ''
  const reasons = new Set<string>()
  for await (const line of lines) {
    const skip = /^\s*ok .* # SKIP(.*)$/.exec(line)
    if (skip !== null) reasons.add(skip[1]?.trim() ?? '')
    totals = /^# \{ (.*) \}$/.exec(line)?.[1] ?? totals
    const [, not, file, time = ''] = /^(not )?ok \d+ - (.+?)(?: # time=(.+))?$/.exec(line) ?? []
    ofFile.push(line)
    if (failed !== undefined && line === '  ...') {
      // The diagnostics of the file itself come after its own line.
      print(`FAIL ${failed}`)
      for (const failure of failuresOf(ofFile)) print(failure)
      failed = undefined
      ofFile = []
    } else if (failed === undefined && file !== undefined) {
      if (not === undefined) {
        print(`ok   ${file} ${time}`)
        ofFile = []
      } else failed = `${file} ${time}`
    }
  }
  // Such as `total: 8, pass: 3, fail: 4, skip: 1`, without those that are zero.
  const number = (name: string) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0)
  return {
    passed: number('pass'),
    failed: number('fail') + number('todo'),
    skipped: number('skip'),
    reasons: [...reasons],
  }
}

function failuresOf(lines: readonly string[]): string[] {
  const failures = lines.flatMap((line, at) => {
    const [, indent, name = ''] = /^( +)not ok \d+ - (.*)$/.exec(line) ?? []
    if (indent === undefined || lines[at + 1] !== `${indent}  ---`) return []
    const details = lines.slice(at + 2, lines.indexOf(`${indent}  ...`, at)).join('\n')
    return telling.test(details) ? [`  ✗ ${name}`, details] : []
  })
  // Broken before or after its tests: what it wrote on standard error is above.
  return failures.length > 0
    ? failures
    : lines.filter((line) => /^ {2}(exitCode|signal): (?!null)/.test(line))
}

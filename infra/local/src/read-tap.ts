import { Parser, type Result } from 'tap-parser'

export interface Outcome {
  passed: number
  failed: number
  skipped: number
  /** The reasons why tests were skipped, each once. */
  reasons: string[]
  /** Full names of the tests that ran and passed, such as `the page > a dropped photo becomes the avatar`. */
  tests: string[]
}

/** Details of a failed assertion that say what is wrong with it; a subtest around it says only where it is. */
const telling = ['stack', 'diff', 'expired', 'tapCaught']

/**
 * Reads the output of a test file.
 *
 * @param report the TAP of one file; one that ended before its plan counts nothing
 * @returns assertions counted, and the lines to print about those that failed
 */
export function readTap(report: string): Outcome & { failures: string[] } {
  const results: { result: Result; path: string }[] = []
  const follow = (parser: Parser, above: string): void => {
    parser.on('assert', (result: Result) => results.push({ result, path: above + result.name }))
    parser.on('child', (child: Parser) => follow(child, `${above}${unescaped(child.name)} > `))
  }
  const parser = new Parser()
  follow(parser, '')
  parser.end(report)

  const failures = results.flatMap(({ result }) => linesOf(result))
  if (parser.planEnd < 0) return { passed: 0, failed: 0, skipped: 0, reasons: [], tests: [], failures }
  // A subtest ends with a result of its own, which stands for its assertions and is left out.
  const assertions = results.flatMap(({ result }) => (result.closingTestPoint ? [] : [result]))
  const skips = assertions.flatMap(({ skip }) => (skip === false ? [] : [skip === true ? '' : skip]))
  const failed = assertions.filter(({ ok, skip, todo }) => skip === false && (!ok || todo !== false))
  return {
    passed: assertions.length - failed.length - skips.length,
    failed: failed.length,
    skipped: skips.length,
    reasons: [...new Set(skips)],
    tests: results.flatMap(({ result, path }) =>
      result.closingTestPoint && result.ok && result.skip === false ? [path] : [],
    ),
    failures,
  }
}

/** The parser leaves the escapes of a subtest's name. */
const unescaped = (name: string) => name.replace(/\\([\\#])/g, '$1')

/** The lines to print about a failed assertion. */
function linesOf({ ok, name, diag, skip, todo }: Result): string[] {
  const details: Readonly<Record<string, unknown>> = diag ?? {}
  if (ok || skip !== false || todo !== false || !telling.some((key) => key in details)) return []
  return [`  ✗ ${name}`, ...Object.entries(details).flatMap(([key, value]) => detailOf(key, value))]
}

function detailOf(key: string, value: unknown): string {
  const text = typeof value === 'string' ? value.trimEnd() : JSON.stringify(value)
  const isShort = !text.includes('\n')
  return isShort ? `    ${key}: ${text}` : `    ${key}:\n${text.replace(/^/gm, '      ')}`
}

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

export interface FileOutcome extends Outcome {
  file: string
  seconds: number
  /** The lines to print about assertions that failed. */
  failures: string[]
}

export const nothingSeen = (file: string): FileOutcome => ({
  ...{ file, seconds: 0, passed: 0, failed: 0, skipped: 0 },
  ...{ reasons: [], tests: [], failures: [] },
})

/** An outcome with one fault more, and the lines to print about it. */
export const failing = (outcome: FileOutcome, ...lines: readonly string[]): FileOutcome => ({
  ...outcome,
  failed: outcome.failed + 1,
  failures: [...outcome.failures, ...lines],
})

type Seen = { readonly result: Result; readonly path: string }

/** Reads the TAP of a process that runs test files, each as a test at its root, while it is written. */
export class TapReader {
  readonly #parser = new Parser()
  #running: { readonly file: string; readonly seen: Seen[] } | undefined
  #last = ''

  /** @param onFile is told of each file that ended */
  constructor(onFile: (outcome: FileOutcome) => void) {
    this.#parser.on('child', (child: Parser) => {
      this.#running = { file: unescaped(child.name), seen: [] }
      follow(child, this.#running.seen, '')
    })
    this.#parser.on('assert', (result: Result) => {
      const { file, seen } = this.#running ?? { file: this.#last, seen: undefined }
      this.#running = undefined
      this.#last = file
      const lines = linesOf(result)
      // tap reports a teardown that failed after the result of its file.
      if (seen === undefined) return lines.length > 0 && onFile(failing(nothingSeen(file), ...lines))
      const outcome = { file, seconds: (result.time ?? 0) / 1000, ...outcomeOf(seen) }
      if (seen.length === 0) onFile(failing(outcome, '  no test ran'))
      else if (!result.ok && outcome.failed === 0) onFile(failing(outcome, ...lines))
      else onFile(outcome)
    })
  }

  write(report: string): void {
    this.#parser.write(report)
  }

  /** Tells of the file in which the process broke off, with what was seen of it; undefined if it ended well. */
  end(): FileOutcome | undefined {
    const broken = this.#running
    this.#parser.removeAllListeners('assert')
    // The parser may still hold an assertion whose details have not ended.
    this.#parser.end()
    return broken && { file: broken.file, seconds: 0, ...outcomeOf(broken.seen) }
  }
}

function follow(parser: Parser, seen: Seen[], above: string): void {
  parser.on('assert', (result: Result) => seen.push({ result, path: above + result.name }))
  parser.on('child', (child: Parser) => follow(child, seen, `${above}${unescaped(child.name)} > `))
}

function outcomeOf(seen: readonly Seen[]): Omit<FileOutcome, 'file' | 'seconds'> {
  // A subtest ends with a result of its own, which stands for its assertions and is left out.
  const assertions = seen.flatMap(({ result }) => (result.closingTestPoint ? [] : [result]))
  const skips = assertions.flatMap(({ skip }) => (skip === false ? [] : [skip === true ? '' : skip]))
  const failed = assertions.filter(({ ok, skip, todo }) => skip === false && (!ok || todo !== false))
  return {
    passed: assertions.length - failed.length - skips.length,
    failed: failed.length,
    skipped: skips.length,
    reasons: [...new Set(skips)],
    tests: seen.flatMap(({ result, path }) =>
      result.closingTestPoint && result.ok && result.skip === false ? [path] : [],
    ),
    failures: seen.flatMap(({ result }) => linesOf(result)),
  }
}

/** The parser leaves the escapes of a subtest's name. */
const unescaped = (name: string) => name.replace(/\\([\\#])/g, '$1')

/** Details of a failed assertion that say what is wrong with it; a subtest around it says only where it is. */
const telling = ['stack', 'diff', 'expired', 'tapCaught']

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

import { createInterface } from 'node:readline/promises'
import { CommandError, type Given, UsageError } from './finish.js'

/**
 * Asks on a terminal before something that cannot be undone. `--yes` and `--dry-run` are not asked.
 * @param unattended what happens without a terminal: `refuse`, or `go-on` for what cron is meant to run
 * @throws CommandError when the answer is no; UsageError without a terminal
 */
export async function confirm(
  { yes, dryRun }: Given,
  question: string,
  unattended: 'refuse' | 'go-on',
): Promise<void> {
  if (yes || dryRun) return
  const { stdin: input, stderr: output } = process
  if (!input.isTTY || !output.isTTY) {
    if (unattended === 'go-on') return
    throw new UsageError(`${question} Without a terminal, say so with --yes, or try it with --dry-run.`)
  }
  const terminal = createInterface({ input, output })
  try {
    // The end of the input is no answer, and no is none.
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
    const answer = await Promise.race([terminal.question(`${question} Go on? [y/N] `), ended])
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('Nothing was done.')
  } finally {
    terminal.close()
  }
}

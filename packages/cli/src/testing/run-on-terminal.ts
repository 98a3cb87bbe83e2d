import { spawn, spawnSync } from 'node:child_process'
import { programFile } from '@likeness/test-kit'
import type { Env } from './run-likeness.js'

const isUtilLinux = () =>
  /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '')

/** Why tests on a terminal are skipped, or false. */
export const noTerminal: string | false =
  !isUtilLinux() && 'script of util-linux, which makes terminals, is not on PATH'

/**
 * Runs the bundled program on a terminal of its own, and types an answer once it asks something.
 * @returns its status, and all that the terminal showed
 */
export function runOnTerminal(
  env: Env,
  args: readonly string[],
  answer?: string,
): Promise<{ status: number; shown: string }> {
  const words = [process.execPath, programFile('likeness'), ...args]
  const command = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const child = spawn(
    'script',
    ['--quiet', '--return', '--flush', '--command', `exec ${command}`, '/dev/null'],
    {
      env: { PATH: process.env.PATH, TERM: 'xterm', SHELL: '/bin/sh', DATA_DIR: '/nowhere', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  let shown = ''
  let answered = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    if (answer === undefined || answered || !shown.includes('[y/N]')) return
    answered = true
    child.stdin.write(answer)
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ status: code ?? -1, shown })))
}

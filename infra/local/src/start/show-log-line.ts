import { styleText } from 'node:util'

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}
/** Fields that the columns before the message already show, or that are useless on one machine. */
const known = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'err'])

/**
 * One log line of a part for people: time, part, level, message. A line that is not pino's JSON is shown as it is.
 *
 * @param host names the process, for a line that names no part
 * @param colours whether the terminal supports them
 */
export function showLogLine(host: string, line: string, colours: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colours ? styleText(style, text, { validateStream: false }) : text
  const entry = parse(line)
  const who = paint('cyan', (typeof entry?.name === 'string' ? entry.name : host).padEnd(15))
  if (entry === undefined) return `${who} ${line}`

  const level = levels[Number(entry.level)] ?? String(entry.level)
  const style = Number(entry.level) >= 50 ? 'red' : Number(entry.level) === 40 ? 'yellow' : 'dim'
  const time = new Date(Number(entry.time)).toTimeString().slice(0, 8)
  const details = Object.entries(entry)
    .filter(([name]) => !known.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const head = `${paint('dim', time)} ${who} ${paint(style, level.padEnd(5))} ${typeof entry.msg === 'string' ? entry.msg : ''}${paint('dim', details.join(''))}`
  const { err } = entry
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? String(err.stack) : undefined
  return stack === undefined ? head : `${head}\n${stack.replace(/^/gm, '    ')}`
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const entry = JSON.parse(line) as Record<string, unknown>
    return typeof entry.level === 'number' ? entry : undefined
  } catch {
    return undefined
  }
}

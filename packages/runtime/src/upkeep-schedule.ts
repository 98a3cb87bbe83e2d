import { z } from 'zod'

/** When a task runs: a cron expression in UTC, or `off`. */
export type Schedule = string

/** When it runs next; undefined for `off`. */
export async function nextRunOf(schedule: Schedule): Promise<Date | undefined> {
  if (schedule === 'off') return undefined
  // It is large, and commands and `--help` read schedules without it.
  const { CronExpressionParser } = await import('cron-parser')
  return CronExpressionParser.parse(schedule, { tz: 'UTC' }).next().toDate()
}

const names = (words: string, first: number) =>
  new Map(words.split(' ').map((word, index) => [word, String(index + first)]))
const months = names('jan feb mar apr may jun jul aug sep oct nov dec', 1)
const weekdays = names('sun mon tue wed thu fri sat', 0)
const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The values that one field of an expression allows; undefined when it is not one that cron has everywhere. */
function valuesOf(field: string, least: number, most: number, words?: ReadonlyMap<string, string>) {
  const values: number[] = []
  for (const part of field.toLowerCase().split(',')) {
    const numbers = part.replace(/[a-z]+/g, (word) => words?.get(word) ?? word)
    const [, star, from, to, step = '1'] = /^(?:(\*)|(\d\d?)(?:-(\d\d?))?)(?:\/(\d\d?))?$/.exec(numbers) ?? []
    const low = star ? least : Number(from)
    const high = star ? most : Number(to ?? (numbers.includes('/') ? most : from))
    if (!(low >= least && low <= high && high <= most && Number(step) > 0)) return undefined
    for (let value = low; value <= high; value += Number(step)) values.push(value)
  }
  return values
}

/** Whether it is `off`, or a cron expression of five fields, or six with seconds, that names a time to come. */
function isSchedule(given: string): boolean {
  if (given === 'off') return true
  const fields = given.split(' ')
  if (fields.length === 5) fields.unshift('0')
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  if (fields.length !== 6 || !valuesOf(second, 0, 59) || !valuesOf(minute, 0, 59) || !valuesOf(hour, 0, 23))
    return false
  const [days, inMonths] = [valuesOf(day, 1, 31), valuesOf(month, 1, 12, months)]
  if (!days || !inMonths || !valuesOf(weekday, 0, 7, weekdays)) return false
  // A day of the week counts beside one of the month; alone, the 30th of February never comes.
  return weekday !== '*' || inMonths.some((one) => days.some((wanted) => wanted <= (longest[one - 1] ?? 0)))
}

/**
 * The setting UPKEEP_SCHEDULE, read into the schedule of each task: `prune=0 3 * * *; collect-garbage=off` changes two
 * of them, and `off` switches all off.
 * @param defaults every task of the service with its schedule
 */
export function upkeepSchedules<Task extends string>(defaults: Readonly<Record<Task, Schedule>>) {
  const tasks = Object.keys(defaults) as Task[]
  const shown = Object.entries(defaults).map(([task, schedule]) => `${task}=${String(schedule)}`)
  return z
    .string()
    .transform((value, context): Readonly<Record<Task, Schedule>> => {
      if (value.trim() === 'off')
        return Object.fromEntries(tasks.map((task) => [task, 'off'])) as typeof defaults
      const schedules: Record<string, Schedule> = { ...defaults }
      const fault = (message: string) => context.addIssue({ code: 'custom', message })
      for (const part of value.split(';').map((one) => one.trim())) {
        if (part === '') continue
        const [task = '', given = ''] = part.split(/\s*=\s*/, 2)
        const schedule = given.trim().replace(/\s+/g, ' ')
        if (!Object.hasOwn(defaults, task)) {
          fault(`must name tasks, as in ${tasks[0]}=*/5 * * * *; the tasks are ${tasks.join(', ')}`)
        } else if (!isSchedule(schedule)) {
          fault(`${task} must be off or a cron expression of five or six fields, such as 30 3 * * *`)
        } else schedules[task] = schedule
      }
      return schedules as Readonly<Record<Task, Schedule>>
    })
    .prefault('')
    .describe(
      `when tasks of upkeep run: cron expressions in UTC, with seconds if they have six fields, or off (default ${shown.join('; ')})`,
    )
}

import { Readable } from 'node:stream'
import type { HistoryQuery } from '@likeness/contracts'
import type { Connection } from '@likeness/contracts/call'
import type { Command } from 'commander'
import { action, CommandError, UsageError } from '../finish.js'
import { read } from '../read-given.js'
import { remoteOf } from '../remote.js'
import { openMedia, servicesOf, using } from '../services.js'
import { write } from '../write.js'

type Question = Omit<HistoryQuery, 'limit' | 'cursor'>

const types = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const
type Format = keyof typeof types
const filters = {
  'user-id': 'their uploads',
  username: 'the same, by their name',
  status: 'such as published',
  failure: 'a failure code, such as invalid-image',
  format: 'such as jpeg',
  from: 'uploaded then or later, such as 2026-01-31T00:00:00Z',
  to: 'uploaded before then',
  q: 'part of the file name',
  sha256: 'the same bytes',
  ip: 'something was done to it from this address',
  'actor-id': 'somebody who did something to it',
  sort: 'uploadedAt, bytes or confirmedAt, with - before it for descending',
} as const

/** Adds `history`: every upload that matches, as NDJSON or CSV, and at the end whether that is all. */
export function addHistory(program: Command): void {
  const command = program
    .command('history')
    .description('write every upload that matches to stdout, as NDJSON or CSV (exit code 3 if it breaks off)')
    .option('--as <format>', 'ndjson or csv', 'ndjson')
  for (const [name, words] of Object.entries(filters)) command.option(`--${name} <value>`, words)
  command.action(
    action(async (given) => {
      servicesOf(given, ['media'])
      const format = given.as as Format
      if (!Object.hasOwn(types, format)) throw new UsageError('--as must be ndjson or csv')
      const { HistoryQuery } = await import('@likeness/contracts')
      const {
        userId,
        username,
        status,
        failure,
        format: picture,
        from,
        to,
        q,
        sha256,
        ip,
        actorId,
        sort,
      } = given
      const asked = {
        userId,
        username,
        status,
        failure,
        format: picture,
        from,
        to,
        q,
        sha256,
        ip,
        actorId,
        sort,
      }
      const { limit: _, cursor: __, ...query } = await read(HistoryQuery, asked)
      const remote = remoteOf(given)
      const isWhole = remote ? await fetchAll(remote, query, format) : await writeAll(query, format)
      const attention = 'The history broke off: what was written is not all of it.'
      return { result: isWhole ? {} : { attention }, isWritten: true }
    }),
  )
}

async function writeAll(question: Question, format: Format): Promise<boolean> {
  const [{ historyLines }, { filtersOf, noteCommand }] = await Promise.all([
    import('@likeness/media/operations'),
    import('@likeness/runtime/trail/audit-events'),
  ])
  await using(openMedia(), async (deps) => {
    await noteCommand(deps.db, {
      action: 'history-exported',
      userId: question.userId ?? null,
      details: { ...filtersOf(question), type: types[format] },
    })
    for await (const lines of historyLines(deps, question, types[format])) await write(lines)
  })
  return true
}

/** @returns whether its last line says that it is whole */
async function fetchAll({ origin, headers }: Connection, query: Question, format: Format): Promise<boolean> {
  const [{ addressOf }, { history }] = await Promise.all([
    import('@likeness/contracts'),
    import('@likeness/contracts/endpoints'),
  ])
  const response = await fetch(`${origin}${addressOf(history.list, { query })}`, {
    headers: { ...headers, accept: types[format] },
  }).catch(() => {
    throw new CommandError(`Nothing answers at ${origin}.`)
  })
  if (!response.ok || !response.body) throw new CommandError(await refusalOf(origin, response))
  let tail = ''
  try {
    for await (const part of Readable.fromWeb(response.body as never).setEncoding(
      'utf8',
    ) as AsyncIterable<string>) {
      await write(part)
      tail = (tail + part).slice(-200)
    }
  } catch {
    return false
  }
  return format === 'csv'
    ? /\r\ncomplete,\d+,*\r\n$/.test(tail)
    : /\{"complete":true,"rows":\d+\}\n$/.test(tail)
}

async function refusalOf(origin: string, response: Response): Promise<string> {
  const { title, detail } = (await response.json().catch(() => ({}))) as { title?: string; detail?: string }
  return title === undefined ? `${origin} answered ${response.status}.` : `${title}. ${detail ?? ''}`
}

import { readInEnglish, viewFault } from '@likeness/contracts'
import {
  commandEnv,
  type Database,
  openDatabase,
  Problem,
  parseConfig,
  startupFault,
} from '@likeness/runtime'
import type { Command } from 'commander'
import type { z } from 'zod'
import { AccountsConfig } from './config.js'
import type { Tables } from './database/database.js'
import { AdminRefusedError } from './users/create-admin.js'

export type Result = Readonly<Record<string, unknown>>
export type Options = { readonly json?: boolean }

/** What commands need that only touch the database. */
export const Connection = AccountsConfig.pick({ DATABASE_URL: true })

/** What a command is told by its environment, or by `npm start` beside it. */
export const settings = <Schema extends z.ZodObject>(schema: Schema): z.output<Schema> =>
  parseConfig(schema, commandEnv('accounts', process.env))

/** Runs a command and prints its result, as JSON or a line per field; a fault is told and ends with 1. */
export async function finish({ json }: Options, work: () => Promise<Result>): Promise<void> {
  try {
    const result = await work()
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${linesOf(result).join('\n')}\n`)
  } catch (error) {
    process.stderr.write(`${faultOf(error)}\n`)
    process.exitCode = 1
  }
}

export async function withDatabase<T>(url: string, work: (db: Database<Tables>) => Promise<T>): Promise<T> {
  const db = openDatabase<Tables>(url, { name: 'likeness-accounts', max: 2, onError: () => undefined })
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

/** Parses what was typed, or ends with 2 and what is wrong with it. */
export function usage<Schema extends z.ZodType>(
  command: Command,
  schema: Schema,
  given: unknown,
): z.output<Schema> {
  const reading = readInEnglish(schema, given)
  if (!reading.faults) return reading.value
  const faults = reading.faults.map(({ path, message }) => `${path} ${message}`.trim())
  return command.error(`error: ${faults.join('; ')}`, { exitCode: 2 })
}

const linesOf = (result: Result) =>
  Object.entries(result).map(([name, value]) => {
    const values = [value].flat()
    return `${name}: ${values.length > 1 ? `\n  ${values.join('\n  ')}` : values.join('') || 'none'}`
  })

function faultOf(error: unknown): string {
  if (error instanceof AdminRefusedError) return error.message
  if (error instanceof Problem) {
    return [
      error.kind.title.en,
      ...(error.extras.errors ?? []).map((one) => `${one.path} ${viewFault(one, 'en').message}`),
    ].join('\n')
  }
  return startupFault(error)
}

import type { Endpoint } from '@likeness/contracts'
import type { AnswerOf, Connection, Input } from '@likeness/contracts/call'
import { CommandError, type Given, UsageError } from './finish.js'

/**
 * The deployment that a command asks; undefined for the services that it can open by itself.
 * @throws UsageError
 */
export function remoteOf({ url, token = process.env.LIKENESS_TOKEN }: Given): Connection | undefined {
  if (url === undefined) return undefined
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new UsageError('--url must be an address like https://likeness.example')
  if (!token) throw new UsageError('a deployment wants an access token: set LIKENESS_TOKEN, or give --token')
  return { origin: url.replace(/\/+$/, ''), headers: { authorization: `Bearer ${token}` } }
}

/**
 * The deployment of a command that acts on someone's pictures, which only a person or a key with the right to it does: the
 * trail names them, and owners are told by which role.
 * @throws UsageError when no deployment was named
 */
export function deploymentOf(given: Given): Connection {
  const remote = remoteOf(given)
  if (remote) return remote
  throw new UsageError('this command acts as whose token it is given: say --url, and set LIKENESS_TOKEN')
}

/** @throws UsageError for a command that works on databases and storages themselves, when a deployment was named */
export function assertLocal(given: Given): void {
  if (given.url !== undefined)
    throw new UsageError('this command has no endpoint: run it where the services run, without --url')
}

/** The refusal of a deployment, in its own words. */
export class RefusedError extends CommandError {
  constructor(
    readonly status: number,
    readonly code: string | undefined,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Asks a deployment.
 * @throws RefusedError, CommandError when it does not answer
 */
export async function ask<const Called extends Endpoint>(
  connection: Connection,
  endpoint: Called,
  input: Input<Called>,
): Promise<AnswerOf<Called>> {
  const { call } = await import('@likeness/contracts/call')
  const answer = await call(connection, endpoint, input).catch((error: unknown) => {
    if (!(error instanceof TypeError)) throw error
    throw new CommandError(`Nothing answers at ${connection.origin}.`)
  })
  if (answer.ok) return answer
  const { status, problem } = answer
  const faults = (problem?.errors ?? []).map(({ path, message }) => `${path} ${message}`)
  const words = problem ? `${problem.title}. ${problem.detail}` : `${connection.origin} answered ${status}.`
  throw new RefusedError(status, problem?.code, [words, ...faults].join('\n'))
}

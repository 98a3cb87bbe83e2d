import type { Endpoint } from '@likeness/contracts'
import { type AnswerOf, call, type Input } from '@likeness/contracts/call'
import { sessions, users } from '@likeness/contracts/endpoints'
import type { Stack } from './stack.js'

export const password = 'gravel lantern otter 41'

/** Someone who is logged in. */
export type Person = {
  readonly id: string
  readonly username: string
  readonly accessToken: string
  readonly refreshToken: string
}

/**
 * Calls endpoints of one service, as someone unless the token is missing.
 * @throws Error when a call is refused
 */
export function openCalls(origin: string, token?: string) {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return async <const Called extends Endpoint>(
    endpoint: Called,
    input: Input<Called>,
  ): Promise<AnswerOf<Called>> => {
    const answer = await call({ origin, headers }, endpoint, input)
    if (answer.ok) return answer
    throw new Error(`${endpoint.id} answered ${answer.status}: ${JSON.stringify(answer.problem)}`)
  }
}

/** Registers people unless they exist, and logs them in, a few at once: hashing that waits too long is refused. */
export async function logInAll(stack: Stack, name: string, count: number): Promise<Person[]> {
  const names = Array.from({ length: count }, (_, index) => `${name}${index}`)
  const people: Person[] = []
  for (let from = 0; from < count; from += 16)
    people.push(...(await Promise.all(names.slice(from, from + 16).map((one) => logIn(stack, one)))))
  return people
}

export async function logIn({ parts }: Stack, username: string): Promise<Person> {
  const origin = parts.accounts.url
  await call({ origin }, users.register, { body: { username, email: `${username}@bench.test`, password } })
  const { body } = await openCalls(origin)(sessions.logIn, { body: { login: username, password } })
  if (!('refreshToken' in body)) throw new Error('the answer has no refresh token')
  return { id: body.user.id, username, accessToken: body.accessToken, refreshToken: body.refreshToken }
}

/** The key that verifies the product's access tokens. */
export async function openKey({ parts }: Stack): Promise<Record<string, string>> {
  const answer = await fetch(`${parts.accounts.url}/.well-known/jwks.json`)
  const { keys } = (await answer.json()) as { keys: Record<string, string>[] }
  return keys[0] ?? {}
}

import type { Endpoint, ProblemCode, ServiceName } from '@likeness/contracts'
import { type AnswerOf, call, type Input, type Refusal } from '@likeness/contracts/call'
import { sendKept } from './send-kept.js'
import { signServiceToken, usedMs } from './service-token.js'

/** The other service did not answer, or not as its endpoint declares: the same call may succeed later. */
export class ServiceAwayError extends Error {
  override name = 'ServiceAwayError'
}

/** It gave no answer at all, or not in time. */
export class NoAnswerError extends ServiceAwayError {}

type Internal<To extends ServiceName> = Endpoint & { readonly service: To; readonly by: 'service' }
type OwnProblem<Called> = Called extends { readonly problems: readonly (infer Code extends ProblemCode)[] }
  ? Code
  : never

/** A refusal by a problem that the endpoint names as its own; none where it names none. */
type NamedRefusal<Called extends Endpoint> = [OwnProblem<Called>] extends [never]
  ? never
  : Refusal & { readonly problem: { readonly code: OwnProblem<Called> } }

/**
 * Calls an endpoint of the other service.
 * @param options `timeoutMs`: 5 s unless given
 * @returns one of its answers, or a refusal by a problem of its own, such as `user-not-found`
 * @throws ServiceAwayError for everything else
 */
export type CallService<To extends ServiceName> = <const Called extends Internal<To>>(
  endpoint: Called,
  input: Input<Called>,
  options?: { timeoutMs?: number },
) => Promise<AnswerOf<Called> | NamedRefusal<Called>>

/** @param origin of the other service, such as `http://accounts:8080` */
export function openServiceCaller<To extends ServiceName>(other: {
  to: To
  from: ServiceName
  origin: string
  secret: string
}): CallService<To> {
  const tokenOf = openTokens(() => signServiceToken(other.secret, other.from, other.to))
  return async <Called extends Internal<To>>(
    endpoint: Called,
    input: Input<Called>,
    { timeoutMs = 5_000 }: { timeoutMs?: number } = {},
  ) => {
    const token = await tokenOf()
    const connection = {
      origin: other.origin,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(timeoutMs),
      send: sendKept,
    }
    const answer = await call(connection, endpoint, input).catch((error: unknown) => {
      throw new NoAnswerError(`${other.to} gave no answer to ${endpoint.id}`, { cause: error })
    })
    if (answer.ok || isNamed(answer, endpoint)) return answer as AnswerOf<Called> | NamedRefusal<Called>
    throw new ServiceAwayError(`${other.to} answered ${answer.status} to ${endpoint.id}`)
  }
}

/** Signs a token for the calls of some time: signing and verifying one for each took a tenth of a confirmation. */
function openTokens(sign: () => Promise<string>): () => Promise<string> {
  let token: Promise<string> | undefined
  let until = 0
  return () => {
    const now = performance.now()
    if (token === undefined || now >= until) [token, until] = [sign(), now + usedMs]
    return token
  }
}

/** A 404 of something between the two has no such code. */
function isNamed({ problem }: Refusal, endpoint: Endpoint): boolean {
  const own: readonly string[] = endpoint.problems ?? []
  return problem !== undefined && own.includes(problem.code)
}

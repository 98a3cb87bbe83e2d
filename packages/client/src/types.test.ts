import type { ProblemCode as ContractCode, Endpoint } from '@likeness/contracts'
import type { AnswerOf, Input } from '@likeness/contracts/call'
import type * as contract from '@likeness/contracts/endpoints'
import t from 'tap'
import type { Endpoints } from './api.js'
import {
  type Client,
  call,
  createClient,
  isProblem,
  type LikenessError,
  operators,
  type ProblemCode,
  type Upload,
  uploads,
} from './index.js'

type Both<One, Other> = [One, Other] extends [Other, One] ? true : false
/** As `keyof` and both directions see it: what is declared in another way, but means the same, is equal. */
type Same<One, Other> = Both<One, Other> extends true ? Both<keyof One, keyof Other> : false
const holds = <_True extends true>(): void => {}

type Values<Type> = Type[keyof Type]
type All =
  Values<{ [Group in keyof typeof contract]: Values<(typeof contract)[Group]> }> extends infer Each
    ? Extract<Each, Endpoint & { tag: string }>
    : never
type RouteOf<Each> = Each extends Endpoint ? `${Each['method']} ${Each['path']}` : never
type Named<Route extends keyof Endpoints> = Route extends `${infer Method} ${infer Path}`
  ? Extract<All, { method: Method; path: Path }>
  : never
/** What an endpoint takes, less the headers that the client gives by itself. */
type Taken<Part extends 'params' | 'query' | 'body', From> = From extends {
  readonly [Name in Part]?: infer Type
}
  ? NonNullable<Type>
  : undefined
type JsonOf<Answered> = Answered extends { ok: true; status: infer Status; body: infer Body }
  ? Status extends 304 | 302
    ? never
    : Body
  : never
type Jsons<Type> = Type extends Blob | Uint8Array | undefined ? never : Type

/** The routes whose types are not those of the contract. */
type Wrong = {
  [Route in keyof Endpoints]: [
    Same<Taken<'params', Endpoints[Route]>, Taken<'params', Input<Named<Route>>>>,
    // Gravatar's parameters may be anything.
    Route extends 'GET /avatar/:file'
      ? true
      : Same<Taken<'query', Endpoints[Route]>, Taken<'query', Input<Named<Route>>>>,
    Both<Jsons<Endpoints[Route]['answer']>, Jsons<JsonOf<AnswerOf<Named<Route>>>>>,
  ] extends true[]
    ? never
    : Route
}[keyof Endpoints]

// After a change of an endpoint this does not compile until `npm run emit` has written api.ts.
t.test('the types are those of the contract', async (t) => {
  holds<Both<Wrong, never>>()
  holds<Both<keyof Endpoints, RouteOf<All>>>()
  holds<Both<Exclude<ProblemCode, ContractCode>, never>>()
  t.pass('it compiles')
})

t.test('what the API refuses does not compile', async (t) => {
  /** Never called. */
  const refused = (client: Client) => [
    // @ts-expect-error the password is missing
    call(client, 'POST /v1/users', { body: { username: 'a', email: 'a@example.com' } }),
    // @ts-expect-error a limit is a number
    call(client, 'GET /v1/uploads', { query: { limit: 'many' } }),
    // @ts-expect-error the id is missing
    call(client, 'GET /v1/uploads/:id'),
    // @ts-expect-error there is no such endpoint
    call(client, 'GET /v1/nothing'),
    // @ts-expect-error services alone call it
    call(client, 'GET /internal/users/:id', { params: { id: '1' } }),
    // @ts-expect-error a crop has four numbers
    uploads.confirm(client, 'id', { crop: { x: 1, y: 1 } }),
    // @ts-expect-error nothing is sorted by that
    operators.history(client, { sort: 'name' }),
    // @ts-expect-error no problem has this code
    isProblem(undefined, 'too-big'),
    // @ts-expect-error a client is made by createClient
    uploads.list({ url: '' }),
  ]
  t.type(refused, 'function')
})

t.test('guards and answers narrow', async (t) => {
  const narrowed = async (error: unknown, client: Client) => {
    if (isProblem(error, 'image-too-large', 'too-many-pixels')) {
      holds<Both<typeof error, LikenessError<'image-too-large' | 'too-many-pixels'>>>()
      holds<Both<typeof error.code, 'image-too-large' | 'too-many-pixels'>>()
    }
    const { body } = await call(client, 'POST /v1/uploads/:id/confirm', { params: { id: '' } })
    holds<Both<typeof body, Upload>>()
    const { previewUrl } = await uploads.preview(client, '')
    holds<Both<typeof previewUrl, string>>()
    const page = await operators.history(client, { username: 'ada', limit: 5 })
    holds<Both<(typeof page.items)[number]['uploadedBy'], string | null>>()
  }
  t.type(narrowed, 'function')
  t.match(createClient({ url: 'https://likeness.example/' }), { url: 'https://likeness.example', retries: 3 })
})

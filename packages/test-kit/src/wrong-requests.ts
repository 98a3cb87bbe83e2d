import type { Test } from 'tap'

/** The parts of a JSON Schema and of an OpenAPI document that are read here. */
type Schema = {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
}
type Parameter = { readonly in: string; readonly name: string; readonly schema: Schema }
type Operation = {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
}
export type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

/** One request with everything wrong that can be wrong at once, and the path of each field at fault. */
export type WrongRequest = {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly faults: readonly string[]
}

const anId = '0199a3b0-0000-7000-8000-000000000000'
const resolve = (document: OpenApi, schema: Schema): Schema => {
  const { $ref, anyOf } = schema
  if ($ref !== undefined)
    return resolve(document, document.components?.schemas?.[$ref.split('/').at(-1) ?? ''] ?? {})
  // One that may be null, or be left out.
  const [only] = anyOf?.filter(({ type }) => type !== 'null') ?? []
  return only ? resolve(document, only) : schema
}

/** Values that a field of text refuses, each of another kind; undefined where it takes any text. */
function wrongText({
  type,
  format,
  pattern,
  enum: choices,
  const: value,
  maxLength,
}: Schema): string | undefined {
  if (type === 'integer' || type === 'number' || type === 'boolean') return 'x'
  if (format !== undefined || pattern !== undefined || choices || value !== undefined) return 'é'
  return maxLength === undefined || maxLength > 1_500 ? undefined : 'x'.repeat(maxLength + 1)
}

/** A wrong body and its faults: fields of another type, and unknown fields, at every level. */
function wrongBody(
  document: OpenApi,
  schema: Schema,
  at: readonly string[] = [],
): { body: object; faults: string[] } {
  const { properties = {}, additionalProperties } = resolve(document, schema)
  const fields = Object.entries(properties).map(([name, given]) => {
    const path = [...at, name]
    const inner = resolve(document, given)
    const wrong: unknown = inner.type === 'array' ? 1 : [[]]
    if (!inner.properties) return { name, value: wrong, faults: [path.join('.')] }
    const { body, faults } = wrongBody(document, inner, path)
    return { name, value: body as unknown, faults }
  })
  const surprise = additionalProperties === false ? { surprise: 1 } : {}
  return {
    body: { ...Object.fromEntries(fields.map(({ name, value }) => [name, value])), ...surprise },
    faults: [
      ...fields.flatMap(({ faults }) => faults),
      ...Object.keys(surprise).map((name) => [...at, name].join('.')),
    ],
  }
}

/** For every route of a document that takes input, requests that are wrong in each way there is. */
export function wrongRequests(document: OpenApi): WrongRequest[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => wrongOf(document, path, method, operation)),
  )
}

function wrongOf(document: OpenApi, path: string, method: string, operation: Operation): WrongRequest[] {
  const all = (operation.parameters ?? []).map((one) => ({
    ...one,
    wrong: wrongText(resolve(document, one.schema)),
  }))
  const wrong = all.filter((one) => one.wrong !== undefined)
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const found = wrong.find((one) => one.in === 'path' && one.name === name)
    return encodeURIComponent(found?.wrong ?? anId)
  })
  const query = wrong.filter((one) => one.in === 'query').map(({ name, wrong: value = '' }) => [name, value])
  // An address that others compose takes any.
  const surprises = path.startsWith('/avatar/') ? [] : [['surprise', '1']]
  const named = (place: string) => wrong.filter((one) => one.in === place).map(({ name }) => name)
  const headers = Object.fromEntries(
    wrong.filter((one) => one.in === 'header').map(({ name, wrong: value = '' }) => [name, value]),
  )
  const schema = operation.requestBody?.content?.['application/json']?.schema
  const address = `${filled}?${new URLSearchParams([...query, ...surprises] as [string, string][]).toString()}`
  const inAddress = [
    ...named('path'),
    ...named('query'),
    ...named('header'),
    ...surprises.flatMap(([name = '']) => name),
  ]
  const request = (name: string, body: unknown, faults: readonly string[]): WrongRequest => ({
    name: `${method.toUpperCase()} ${path}: ${name}`,
    method: method.toUpperCase(),
    path: address,
    headers,
    body,
    faults: [...new Set([...inAddress, ...faults])],
  })
  if (method === 'get') return [request('its address', undefined, [])]
  if (!schema) return [request('a body', { surprise: 1 }, ['surprise'])]
  const types = wrongBody(document, schema)
  const { required = [] } = resolve(document, schema)
  return [
    request('types', types.body, types.faults),
    request('nothing', {}, required),
    request('no object', [], ['']),
  ]
}

/** Words of the libraries that find faults, and what of a program must not reach a reader. */
const notOurs =
  /Invalid (?:input|option|string|UUID)|[Ee]xpected|received|Too (?:small|big)|Unrecognized|Required|must NOT|must match|should |schema|regex|[\^$\\]|JSON at|Unexpected|violates|syntax|duplicate|undefined|\bnull\b|NaN|\[object/

type Told = { readonly path: string; readonly code: string; readonly message: string }
type Refusal = {
  readonly code?: string
  readonly errors?: readonly Told[]
  readonly title?: string
  readonly detail?: string
}

/** Asserts that each fault is named at once, by its path and a code, in our words and in either language. */
export async function assertRefusals(
  t: Test,
  requests: readonly WrongRequest[],
  ask: (request: WrongRequest, language: 'en' | 'fr') => Promise<{ status: number; body: Refusal }>,
): Promise<void> {
  for (const request of requests) {
    const [en, fr] = await Promise.all([ask(request, 'en'), ask(request, 'fr')])
    const told = en.body.errors ?? []
    const dansLaLangue = fr.body.errors ?? []
    const keys = (errors: readonly Told[]) => errors.map(({ path, code }) => `${path} ${code}`)
    const missing = request.faults.filter((path) => !told.some((one) => one.path === path))
    t.match(
      { status: en.status, code: en.body.code, missing },
      { status: 400, code: 'validation-failed', missing: [] },
      request.name,
      { told: keys(told) },
    )
    t.strictSame(missing, [], `${request.name}: each at once`)
    t.strictSame(keys(dansLaLangue), keys(told), `${request.name}: the same in French`)
    for (const [index, { code, message }] of told.entries()) {
      t.match(code, /^[a-z0-9]+(?:-[a-z0-9]+)*$/)
      const french = dansLaLangue[index]?.message ?? ''
      t.notMatch(`${message} ${french}`, notOurs, request.name)
      t.not(french, message, `${request.name}: ${code}`)
    }
  }
}

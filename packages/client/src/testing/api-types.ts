import type { Endpoint } from '@likeness/contracts'
import { openApiOf } from '@likeness/contracts/openapi'

type Schema = {
  $ref?: string
  type?: string | string[]
  description?: string
  format?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  propertyNames?: Schema
}
type Parameter = { in: string; name: string; required?: boolean; schema: Schema }
type Content = Record<string, { schema: Schema }>
type Operation = {
  summary: string
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, { content?: Content }>
}

/**
 * `src/api.ts`: what the endpoints take, answer and refuse, as types that need neither zod nor the contracts.
 * @param endpoints of both services
 */
export function apiTypes(endpoints: readonly Endpoint[]): string {
  // A plain object of the document, whatever the types of its library.
  const document = JSON.parse(JSON.stringify(openApiOf(endpoints, { title: '', version: '' }))) as {
    paths: Record<string, Record<string, Operation>>
    components: { schemas: Record<string, Schema> }
  }
  const named = Object.entries(document.components.schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`
      return `${comment(operation.summary)}${JSON.stringify(name)}: ${endpointOf(operation)}\n`
    }),
  )
  const text = [
    '// Made of the endpoints in packages/contracts by `npm run emit`: do not edit.\n',
    ...named.map(
      ([name, schema]) => `${comment(schema.description)}export type ${name} = ${typeOf(schema)}\n`,
    ),
    '/** Every endpoint by its method and path: what it takes, what it answers, and the codes of its problems. */',
    `export type Endpoints = {\n${routes.join('')}}\n`,
  ].join('\n')
  return indented(text)
}

function indented(text: string): string {
  let depth = 0
  const lines = text.split('\n').map((line) => {
    if (line.startsWith('}')) depth -= 1
    const moved = line === '' ? '' : `${'  '.repeat(depth)}${line}`
    if (line.endsWith('{')) depth += 1
    return moved
  })
  return lines.join('\n')
}

function endpointOf({ parameters = [], requestBody, responses }: Operation): string {
  const group = (place: string, name: string) => {
    // The client gives every write its key.
    const fields = parameters.filter((one) => one.in === place && one.name !== 'idempotency-key')
    if (fields.length === 0) return ''
    const isNeeded = fields.some(({ required }) => required)
    const lines = fields.map(({ name, required, schema }) => propertyOf(name, schema, required ?? false))
    return `${name}${isNeeded ? '' : '?'}: {\n${lines.join('')}}${isNeeded ? '' : ' | undefined'}\n`
  }
  const codes = Object.values(responses).flatMap(({ content }) =>
    codesIn(content?.['application/problem+json']),
  )
  const answers = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => answerOf(content))
  return `{\n${group('path', 'params')}${group('query', 'query')}${group('header', 'headers')}${bodyOf(requestBody)}answer: ${union(answers)}\nproblems: ${union(codes.map((code) => JSON.stringify(code)))}\n}`
}

function bodyOf(body: Operation['requestBody']): string {
  if (!body) return ''
  const json = body.content['application/json']
  const type = json ? typeOf(json.schema) : 'Blob'
  return body.required ? `body: ${type}\n` : `body?: ${union([type, 'undefined'])}\n`
}

function answerOf(content: Content | undefined): string {
  if (!content) return 'undefined'
  const json = content['application/json']
  return json ? typeOf(json.schema) : 'Blob'
}

const codesIn = (problem: { schema: Schema } | undefined): string[] =>
  problem?.schema.allOf?.flatMap(({ properties }) => (properties?.code?.enum ?? []) as string[]) ?? []

/** The TypeScript of a JSON Schema; what only a validator can check is left out. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.replace(/^.*\//, '')
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)))
  if ('const' in schema) return JSON.stringify(schema.const)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return union(choices.map(typeOf))
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part)})`).join(' & ')
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type })))
  switch (schema.type) {
    case 'object':
      return objectOf(schema)
    case 'array': {
      const item = typeOf(schema.items ?? {})
      return / [|&] /.test(item) ? `(${item})[]` : `${item}[]`
    }
    case 'integer':
      return 'number'
    case 'number':
    case 'boolean':
    case 'null':
      return schema.type
    case 'string':
      return schema.format === 'binary' ? 'Blob' : 'string'
    default:
      return 'unknown'
  }
}

function objectOf({ properties, required = [], additionalProperties, propertyNames = {} }: Schema): string {
  if (!properties) {
    const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'
    const isNamed = '$ref' in propertyNames || 'enum' in propertyNames
    const mark = required.length > 0 ? '' : '?'
    return isNamed
      ? `{ [Name in ${typeOf(propertyNames)}]${mark}: ${values} }`
      : `{ [name: string]: ${values} }`
  }
  const lines = Object.entries(properties).map(([name, schema]) =>
    propertyOf(name, schema, required.includes(name)),
  )
  return `{\n${lines.join('')}}`
}

function propertyOf(name: string, schema: Schema, isRequired: boolean): string {
  const key = /^[a-z]\w*$/i.test(name) ? name : JSON.stringify(name)
  const type = typeOf(schema)
  const field = isRequired ? `${key}: ${type}` : `${key}?: ${union([type, 'undefined'])}`
  return `${comment(schema.description)}${field}\n`
}

const union = (types: readonly string[]): string => [...new Set(types)].join(' | ') || 'never'

const comment = (text: string | undefined): string => (text === undefined ? '' : `/** ${text} */\n`)

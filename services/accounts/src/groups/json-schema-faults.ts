import type { FieldFault } from '@likeness/contracts'
import type { ErrorObject } from 'ajv/dist/2020.js'

type Found = Omit<FieldFault, 'path'>

/** What a JSON Schema found, in our words. @param inside keys of what was validated */
export const faultsOfErrors = (errors: readonly ErrorObject[], inside: readonly string[]): FieldFault[] =>
  errors
    .filter(isOneFault)
    .map((error) => ({ path: [...inside, ...pathOf(error)].join('.'), ...faultOf(error) }))

/** What each branch of a choice found says less than that none of them fits; of `if`, what follows says it. */
const isOneFault = ({ keyword, schemaPath }: ErrorObject) =>
  keyword !== 'if' && !/\/(?:anyOf|oneOf|not)\/./.test(schemaPath)

function pathOf({ instancePath, params }: ErrorObject): string[] {
  const named: unknown = params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty
  // RFC 6901.
  const keys = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return typeof named === 'string' ? [...keys, named] : keys
}

const types: Readonly<Record<string, FieldFault['code']>> = {
  string: 'not-text',
  number: 'not-a-number',
  integer: 'not-a-whole-number',
  boolean: 'not-true-or-false',
  object: 'not-an-object',
  array: 'not-a-list',
}

const formats: Readonly<Record<string, FieldFault['code']>> = {
  date: 'not-a-date',
  'date-time': 'not-a-time',
  email: 'not-an-email',
  uri: 'not-a-url',
  url: 'not-a-url',
  uuid: 'not-an-id',
  ipv4: 'not-an-ip-address',
  ipv6: 'not-an-ip-address',
}

/** @see https://json-schema.org/draft/2020-12/json-schema-validation */
function faultOf({ keyword, params }: ErrorObject): Found {
  const limited = (code: FieldFault['code']): Found => ({ code, parameters: { limit: Number(params.limit) } })
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
      return { code: 'required' }
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return { code: 'unknown-field' }
    case 'type':
      return { code: types[String(params.type)] ?? 'not-valid' }
    case 'enum':
      return { code: 'not-a-choice', parameters: { choices: (params.allowedValues as unknown[]).join(', ') } }
    case 'const':
      return { code: 'not-the-value', parameters: { value: String(params.allowedValue) } }
    case 'format':
      return { code: formats[String(params.format)] ?? 'wrong-form' }
    case 'pattern':
      return { code: 'wrong-form' }
    case 'minLength':
      return params.limit === 1 ? { code: 'empty' } : limited('too-short')
    case 'maxLength':
      return limited('too-long')
    case 'minimum':
      return limited('too-small')
    case 'maximum':
      return limited('too-large')
    case 'exclusiveMinimum':
      return limited('not-above')
    case 'exclusiveMaximum':
      return limited('not-below')
    case 'multipleOf':
      return { code: 'not-a-multiple', parameters: { limit: Number(params.multipleOf) } }
    case 'minItems':
      return limited('too-few')
    case 'maxItems':
      return limited('too-many')
    case 'uniqueItems':
      return { code: 'not-unique' }
    default:
      return { code: 'not-valid' }
  }
}

import { type FieldFault, formatFaults, typeFaults } from '@likeness/contracts'
import type { ErrorObject } from 'ajv/dist/2020.js'

type Found = Omit<FieldFault, 'path'>

/** The faults a JSON Schema found, in our words. @param inside keys that lead to what was validated */
export const faultsOfErrors = (errors: readonly ErrorObject[], inside: readonly string[]): FieldFault[] =>
  errors
    .filter(isOneFault)
    .map((error) => ({ path: [...inside, ...pathOf(error)].join('.'), ...faultOf(error) }))

/**
 * A choice that no branch fits is one fault, not the faults of each branch. The branch an `if` chose reports its own.
 */
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
      return { code: typeFaults[String(params.type)] ?? 'not-valid' }
    case 'enum':
      return { code: 'not-a-choice', parameters: { choices: (params.allowedValues as unknown[]).join(', ') } }
    case 'const':
      return { code: 'not-the-value', parameters: { value: String(params.allowedValue) } }
    case 'format':
      return { code: formatFaults[String(params.format)] ?? 'wrong-form' }
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

import type { Failure } from '../database/refusals.queries.js'

/** The failure of an upload that an operator ended, as its owner reads it. */
export const refusedByOperator = (reason: string): Failure => ({
  code: 'refused-by-operator',
  detail: `An operator refused this picture: ${reason}`,
})

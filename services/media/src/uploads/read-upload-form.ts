import { CreateUploadQuery, type FieldFault, readFields } from '@likeness/contracts'
import { invalid } from '@likeness/runtime/judge-requests'
import type { Fields } from '../receiving/receive-image.js'

const longestPath = 100

/**
 * Reads the query and the fields of a form as one request; a value may be in either.
 * @throws Problem validation-failed, naming every field that is unknown, given twice, invalid, or different from
 * the query
 */
export function readUploadForm(query: CreateUploadQuery, fields: Fields): CreateUploadQuery {
  const faults: FieldFault[] = []
  const given = new Map<string, string>()
  for (const [name, value] of fields) {
    const path = name.slice(0, longestPath).toWellFormed()
    if (!Object.hasOwn(CreateUploadQuery.shape, name)) faults.push({ path, code: 'unknown-field' })
    else if (given.has(name)) faults.push({ path, code: 'given-twice' })
    else given.set(name, value)
  }
  const form = readFields(CreateUploadQuery, Object.fromEntries(given))
  if (form.faults) throw invalid([...faults, ...form.faults])
  const both = { ...query, ...form.value }
  for (const name of Object.keys(query) as (keyof CreateUploadQuery)[]) {
    if (query[name] !== both[name]) faults.push({ path: name, code: 'not-as-in-address' })
  }
  if (faults.length > 0) throw invalid(faults)
  return both
}

import { problem } from '../problems.js'

/** This process holds as much as it may, or is closing, so the rest of a body is not worth reading. */
export const busy = () => problem('overloaded', { headers: { 'retry-after': '1', connection: 'close' } })

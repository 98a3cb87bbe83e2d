import type { Service } from '../services.js'

/** The result of one check: `ok`, or what to mend. */
export type Finding = { readonly name: string; readonly ok: boolean; readonly says: string }

/** A finding, and the service it is about. */
export type Check = Finding & { readonly service: Service }

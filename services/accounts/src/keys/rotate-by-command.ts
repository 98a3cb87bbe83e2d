import type { KeyConfig } from '../config.js'
import { withDatabase } from '../with-database.js'
import { rotateKeys } from './rotate-keys.js'

/** Makes the next signing key. */
export const rotateKeysNow = (config: KeyConfig & { readonly DATABASE_URL: string }) =>
  withDatabase(config.DATABASE_URL, (db) => rotateKeys(db, config))

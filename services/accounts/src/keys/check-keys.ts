import type { KeyConfig } from '../config.js'
import { listSigningKeys } from '../database/signing-keys.table.js'
import { withDatabase } from '../with-database.js'
import { openSealedKey } from './seal-key.js'

/**
 * Looks whether the secrets open the signing keys, and changes nothing.
 * @returns how many keys there are, and how many of them no secret opens
 */
export const checkKeys = ({
  DATABASE_URL,
  KEY_SECRET,
  KEY_SECRET_OTHER,
}: KeyConfig & { readonly DATABASE_URL: string }): Promise<{ keys: number; shut: number }> =>
  withDatabase(DATABASE_URL, async (db) => {
    const keys = await listSigningKeys(db)
    const secrets = [KEY_SECRET, KEY_SECRET_OTHER].filter((secret) => secret !== undefined)
    const isOpen = ({ kid, sealed_private_key }: (typeof keys)[number]) =>
      secrets.some((secret) => opens(secret, kid, sealed_private_key))
    return { keys: keys.length, shut: keys.filter((key) => !isOpen(key)).length }
  })

function opens(secret: string, kid: string, sealed: Buffer): boolean {
  try {
    openSealedKey(secret, kid, sealed)
    return true
  } catch {
    return false
  }
}

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AccountsConfig } from '@likeness/accounts/config'
import { MediaConfig } from '@likeness/media/config'
import { settingsFile } from '@likeness/runtime/started-services'
import type { Parts } from './parts.js'

/**
 * Keeps the settings of the services in the data folder while they run, readable by their owner alone, for the
 * commands of the services to find.
 *
 * @returns a function that deletes them
 */
export function keepSettings(dataDir: string, parts: Parts): () => void {
  const file = join(dataDir, settingsFile)
  const settings = {
    accounts: parts.accounts && pick(parts.accounts, Object.keys(AccountsConfig.shape)),
    media: pick(parts.media, Object.keys(MediaConfig.shape)),
  }
  writeFileSync(`${file}.unfinished`, JSON.stringify(settings, null, 2), { mode: 0o600 })
  renameSync(`${file}.unfinished`, file)
  return () => rmSync(file, { force: true })
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const kept = names.flatMap((name) => [name, `${name}_FILE`])
  return Object.fromEntries(Object.entries(env).filter(([name]) => kept.includes(name)))
}

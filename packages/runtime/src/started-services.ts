import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The file in the data folder of `npm start` that holds the settings of the services while they run. */
export const settingsFile = 'settings.json'

/**
 * The settings of the services that `npm start` runs in this folder, or in DATA_DIR, by their names.
 * @returns undefined when it runs none
 * @throws Error naming the file, when it cannot be read
 */
export function readStarted(env: NodeJS.ProcessEnv): Readonly<Record<string, NodeJS.ProcessEnv>> | undefined {
  const file = join(env.DATA_DIR || '.likeness', settingsFile)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, NodeJS.ProcessEnv>
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : ''}`)
  }
}

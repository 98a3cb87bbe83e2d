import { loadLibvips } from '@likeness/images'
import { httpEntry } from '@likeness/runtime/service-entries'
import { openApp } from './app.js'
import { MediaConfig } from './config.js'
import { type Deps, openDeps } from './deps.js'
import { keepMemory } from './receiving/keep-memory.js'

/** Loads libvips before it listens: no request waits for it, and a broken installation is found at the start. */
async function openWhole(deps: Deps) {
  keepMemory()
  await loadLibvips()
  return openApp(deps)
}

export const api = httpEntry('The media API', MediaConfig, { openDeps, openApp: openWhole })

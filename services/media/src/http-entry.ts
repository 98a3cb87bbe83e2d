import { loadLibvips } from '@likeness/images'
import { httpEntry } from '@likeness/runtime/service-entries'
import { openApp } from './app.js'
import { MediaConfig } from './config.js'
import { type Deps, openDeps } from './deps.js'

/** No request has to wait until libvips is loaded; it fails here, where it cannot be. */
async function openWhole(deps: Deps) {
  await loadLibvips()
  return openApp(deps)
}

export const api = httpEntry('The media API', MediaConfig, { openDeps, openApp: openWhole })

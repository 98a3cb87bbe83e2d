import { httpEntry } from '@likeness/runtime/service-entries'
import { openApp } from './app.js'
import { MediaConfig } from './config.js'
import { openDeps } from './deps.js'

export const api = httpEntry('The media API', MediaConfig, { openDeps: openDeps, openApp })

import { httpEntry } from '@likeness/runtime/service-entries'
import { openApp } from './app.js'
import { AccountsConfig } from './config.js'
import { openApiDeps } from './deps.js'

export const api = httpEntry('The accounts API', AccountsConfig, { openDeps: openApiDeps, openApp })

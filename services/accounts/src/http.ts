import { runHttp } from '@likeness/runtime/service-entries'
import { openApp } from './app.js'
import { AccountsConfig } from './config.js'
import { openApiDeps } from './deps.js'

await runHttp('The accounts API', AccountsConfig, { openDeps: openApiDeps, openApp })

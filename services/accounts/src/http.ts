import { describeConfig, parseConfig, runProcess } from '@likeness/runtime'
import { openApp } from './app.js'
import { AccountsConfig } from './config.js'
import { openApiDeps } from './deps.js'

if (process.argv.includes('--help')) {
  process.stdout.write(`The accounts API. Environment variables:\n${describeConfig(AccountsConfig)}\n`)
} else {
  await runProcess(async () => {
    const config = parseConfig(AccountsConfig, process.env)
    const deps = await openApiDeps(config)
    const app = await openApp(deps)
    await app.listen({ host: config.HOST, port: config.PORT })
    return {
      logger: deps.logger,
      async close() {
        await app.close()
        await deps.close()
      },
    }
  })
}

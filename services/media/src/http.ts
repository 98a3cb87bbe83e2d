import { assertMigrated, describeConfig, parseConfig, runProcess } from '@likeness/runtime'
import { openApp } from './app.js'
import { MediaConfig } from './config.js'
import { migrations } from './database/database.js'
import { openDeps } from './deps.js'

if (process.argv.includes('--help')) {
  process.stdout.write(`The media API. Environment variables:\n${describeConfig(MediaConfig)}\n`)
} else {
  await runProcess(async () => {
    const config = parseConfig(MediaConfig, process.env)
    const deps = await openDeps(config)
    await assertMigrated(deps.db, migrations, 'likeness-media migrate')
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

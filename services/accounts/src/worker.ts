import { createServer, describeConfig, parseConfig, runProcess } from '@likeness/runtime'
import { readinessChecks } from './app.js'
import { AccountsConfig } from './config.js'
import { openWorkerDeps } from './deps.js'
import { workJobs } from './jobs.js'

if (process.argv.includes('--help')) {
  process.stdout.write(`The accounts worker. Environment variables:\n${describeConfig(AccountsConfig)}\n`)
} else {
  await runProcess(async () => {
    const config = parseConfig(AccountsConfig, process.env)
    const deps = await openWorkerDeps(config)
    // For probes only: a worker has no other routes.
    const probes = await createServer({
      title: 'Likeness accounts worker',
      version: '1',
      logger: deps.logger,
      trustProxy: undefined,
      jsonLimit: 1024,
      corsOrigins: [],
      checks: readinessChecks(deps),
    })
    await workJobs(deps)
    await probes.listen({ host: config.HOST, port: config.PORT })
    return {
      logger: deps.logger,
      async close() {
        await deps.close()
        await probes.close()
      },
    }
  })
}

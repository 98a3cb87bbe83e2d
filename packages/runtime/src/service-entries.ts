import type { z } from 'zod'
import type { ProcessConfig } from './config.js'
import { runEntry } from './entry.js'
import type { Logger } from './logger.js'
import { openParts } from './open-parts.js'
import type { Checks } from './probes.js'
import { createServer, type Server } from './server.js'

type ServiceSchema = z.ZodObject & z.ZodType<ProcessConfig>
type Deps = { readonly logger: Logger; close(): Promise<void> }

/** Runs the HTTP process of a service. */
export const runHttp = <Schema extends ServiceSchema, Opened extends Deps>(
  title: string,
  schema: Schema,
  {
    openDeps,
    openApp,
  }: {
    openDeps: (config: z.output<Schema>) => Promise<Opened>
    openApp: (deps: Opened) => Promise<Server>
  },
): Promise<void> =>
  runEntry(title, schema, (config) =>
    openParts(async (parts) => {
      const deps = parts.keep(await openDeps(config), (opened) => opened.close())
      const app = parts.keep(await openApp(deps), (opened) => opened.close())
      await app.listen({ host: config.HOST, port: config.PORT })
      return { logger: deps.logger }
    }),
  )

/** Runs the worker of a service. It listens for probes alone. */
export const runWorker = <Schema extends ServiceSchema, Opened extends Deps>(
  title: string,
  schema: Schema,
  {
    openDeps,
    workJobs,
    checks,
  }: {
    openDeps: (config: z.output<Schema>) => Promise<Opened>
    workJobs: (deps: Opened) => Promise<void>
    checks: (deps: Opened) => Checks
  },
): Promise<void> =>
  runEntry(title, schema, (config) =>
    openParts(async (parts) => {
      const deps = parts.keep(await openDeps(config), (opened) => opened.close())
      const probes = await createServer({
        logger: deps.logger,
        trustProxy: undefined,
        jsonLimit: 1024,
        corsOrigins: [],
        checks: checks(deps),
      })
      parts.keep(probes, async (server) => {
        // Probes are answered while the last jobs end.
        await deps.close()
        await server.close()
      })
      await workJobs(deps)
      await probes.listen({ host: config.HOST, port: config.PORT })
      return { logger: deps.logger }
    }),
  )

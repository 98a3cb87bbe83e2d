import type { z } from 'zod'
import type { ProcessConfig } from './config.js'
import { type Entry, entryOf } from './entry.js'
import type { Logger } from './logger.js'
import { openParts } from './open-parts.js'
import type { Checks } from './probes.js'
import { createServer, type Server } from './server.js'

type ServiceSchema = z.ZodObject & z.ZodType<ProcessConfig>
type Deps = { readonly logger: Logger; close(): Promise<void> }
type OpenDeps<Schema extends ServiceSchema, Opened> = (
  config: z.output<Schema>,
  own: { logger?: Logger },
) => Promise<Opened>

/** The HTTP process of a service. */
export const httpEntry = <Schema extends ServiceSchema, Opened extends Deps>(
  title: string,
  schema: Schema,
  { openDeps, openApp }: { openDeps: OpenDeps<Schema, Opened>; openApp: (deps: Opened) => Promise<Server> },
): Entry =>
  entryOf(title, schema, (config, own) =>
    openParts(async (parts) => {
      const deps = parts.keep(await openDeps(config, own), (opened) => opened.close())
      const app = parts.keep(await openApp(deps), (opened) => opened.close())
      await app.listen({ host: config.HOST, port: config.PORT })
      return { logger: deps.logger }
    }),
  )

/** The worker of a service. It listens for probes alone. */
export const workerEntry = <Schema extends ServiceSchema, Opened extends Deps>(
  title: string,
  schema: Schema,
  {
    openDeps,
    workJobs,
    checks,
  }: {
    openDeps: OpenDeps<Schema, Opened>
    workJobs: (deps: Opened) => Promise<void>
    checks: (deps: Opened) => Checks
  },
): Entry =>
  entryOf(title, schema, (config, own) =>
    openParts(async (parts) => {
      const deps = parts.keep(await openDeps(config, own), (opened) => opened.close())
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

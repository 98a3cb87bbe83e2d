import { fileURLToPath } from 'node:url'
import { entryOf } from '@likeness/runtime/entry'
import { openLogger } from '@likeness/runtime/logger'
import { GatewayConfig } from './config.js'
import { openGateway } from './open-gateway.js'

/** The process behind the one origin. */
export const gateway = entryOf('The gateway', GatewayConfig, async (config, own) => {
  const logger = own.logger ?? openLogger('gateway', config.LOG_LEVEL)
  const server = await openGateway({
    logger,
    services: { accounts: config.ACCOUNTS_URL, media: config.MEDIA_URL },
    publicUrl: config.PUBLIC_URL,
    corsOrigins: config.CORS_ORIGINS,
    webApp: fileURLToPath(new URL('../../../../packages/web/dist-app', import.meta.url)),
  })
  await server.listen({ host: config.HOST, port: config.PORT })
  return { logger, close: () => server.close() }
})

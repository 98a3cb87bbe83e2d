// The process behind the one origin; see gateway/open-gateway.ts.
import { fileURLToPath } from 'node:url'
import { httpUrl, openLogger, ProcessConfig, parseConfig, runProcess } from '@likeness/runtime'
import { openGateway } from './gateway/open-gateway.js'

const GatewayConfig = ProcessConfig.pick({
  HOST: true,
  PORT: true,
  LOG_LEVEL: true,
  PUBLIC_URL: true,
  CORS_ORIGINS: true,
}).extend({
  ACCOUNTS_URL: httpUrl,
  MEDIA_URL: httpUrl,
})

await runProcess(async () => {
  const config = parseConfig(GatewayConfig, process.env)
  const logger = openLogger('gateway', config.LOG_LEVEL)
  const server = await openGateway({
    logger,
    services: { accounts: config.ACCOUNTS_URL, media: config.MEDIA_URL },
    publicUrl: config.PUBLIC_URL,
    corsOrigins: config.CORS_ORIGINS,
    webApp: fileURLToPath(new URL('../../../packages/web/dist-app', import.meta.url)),
  })
  await server.listen({ host: config.HOST, port: config.PORT })
  return { logger, close: () => server.close() }
})

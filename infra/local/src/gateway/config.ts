import { httpUrl, ProcessConfig } from '@likeness/runtime/config'

/** Every variable of the gateway. */
export const GatewayConfig = ProcessConfig.pick({
  HOST: true,
  PORT: true,
  LOG_LEVEL: true,
  PUBLIC_URL: true,
  CORS_ORIGINS: true,
}).extend({
  ACCOUNTS_URL: httpUrl.describe('internal base URL of the accounts service'),
  MEDIA_URL: httpUrl.describe('internal base URL of the media service'),
})

import { httpUrl, ProcessConfig } from '@likeness/runtime/config'

/** Every variable of the gateway. */
export const GatewayConfig = ProcessConfig.pick({
  HOST: true,
  PORT: true,
  LOG_LEVEL: true,
  PUBLIC_URL: true,
  CORS_ORIGINS: true,
}).extend({
  ACCOUNTS_URL: httpUrl
    .optional()
    .describe('internal base URL of the accounts service (default none: media alone, without the page)'),
  MEDIA_URL: httpUrl.describe('internal base URL of the media service'),
})

import { version } from '@likeness/contracts'
import { endpoints } from '@likeness/contracts/endpoints'
import { type OpenApi, openApiOf } from '@likeness/contracts/openapi'

/**
 * The description of both services behind one origin.
 * @param server that origin, as clients know it
 */
export const describeApi = (server: string): OpenApi =>
  openApiOf([...endpoints.accounts, ...endpoints.media], { title: 'Likeness', version, server })

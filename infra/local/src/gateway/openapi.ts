import { type ServiceName, version } from '@likeness/contracts'
import { endpoints } from '@likeness/contracts/endpoints'
import { type OpenApi, openApiOf } from '@likeness/contracts/openapi'

/**
 * The description of the services behind one origin.
 * @param server that origin, as clients know it
 */
export const describeApi = (server: string, services: readonly ServiceName[]): OpenApi =>
  openApiOf(
    services.flatMap((name) => [...endpoints[name]]),
    { title: 'Likeness', version, server },
  )

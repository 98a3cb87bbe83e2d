/** The services that have queues and upkeep of their own. */
export const services = ['media', 'accounts'] as const
export type Service = (typeof services)[number]

/** The service that the address names. */
export const serviceOf = (params: URLSearchParams): Service =>
  params.get('service') === 'accounts' ? 'accounts' : 'media'

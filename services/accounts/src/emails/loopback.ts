/** @param address as `clientAddress` returns it */
export const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.')

/** Whether a Host names this machine without involving DNS, on any port. */
export const isLoopbackHost = (host: string): boolean =>
  /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host.trim())

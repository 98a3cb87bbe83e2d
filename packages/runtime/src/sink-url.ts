/** Whether a URL names a place that the audit is drained to: `stdout:`, a file, `https:`, or `http:` to this machine. */
export function isSinkUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return ['stdout:', 'file:', 'https:'].includes(protocol) || (protocol === 'http:' && isHere)
}

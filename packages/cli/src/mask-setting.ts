const isSecret = /SECRET|PASSWORD|TOKEN|_KEY$/

/** The value of a setting without what is secret in it: itself, or the password and the parameters of a URL. */
export function maskedSetting(name: string, value: string): string {
  if (isSecret.test(name)) return '***'
  if (!URL.canParse(value)) return value
  const url = new URL(value)
  if (url.password !== '') url.password = '***'
  // Some drivers take a password as a parameter.
  for (const key of url.searchParams.keys())
    if (/pass|secret|token|key/i.test(key)) url.searchParams.set(key, '***')
  return url.password === '' && url.search === new URL(value).search ? value : url.href
}

import { UsageError } from '../finish.js'
import { envOf } from '../services.js'
import type { Check } from './finding.js'

/** Why media takes a token of a login that ISSUERS names, or does not, claim by claim. @throws UsageError */
export async function checkToken(token: string): Promise<Check[]> {
  const [{ MediaConfig }, { parseConfig }, { explainToken }] = await Promise.all([
    import('@likeness/media/config'),
    import('@likeness/runtime/config'),
    import('@likeness/runtime/issuers/explain-token'),
  ])
  const { ISSUERS } = parseConfig(MediaConfig.pick({ ISSUERS: true }), await envOf('media'))
  if (ISSUERS.length === 0) throw new UsageError('a token is explained by ISSUERS, which names no login')
  return (await explainToken(ISSUERS, token)).map((found) => ({ service: 'media', ...found }))
}

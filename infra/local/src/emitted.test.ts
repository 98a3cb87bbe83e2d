import { readFile } from 'node:fs/promises'
import { prefixesOf } from '@likeness/contracts'
import { endpoints } from '@likeness/contracts/endpoints'
import { matchEmitted } from '@likeness/test-kit'
import t from 'tap'
import { withoutAccounts } from './testing/nginx-alone.js'

/** The lines of nginx.conf that follow from the endpoints. */
const section =
  /(?<=# Begin of what `npm run emit` writes\.\n).*(?= {4}# End of what `npm run emit` writes\.)/s

t.test('nginx.conf has the prefixes of the endpoints', async (t) => {
  const file = new URL('../../docker/nginx.conf', import.meta.url)
  const locations = Object.entries(endpoints).flatMap(([service, its]) =>
    prefixesOf(its).map((prefix) => {
      const path = prefix.replaceAll('.', '\\.')
      return `    location ~ ^${path}(/|$) { proxy_pass http://${service}; }\n`
    }),
  )
  const conf = await readFile(file, 'utf8')
  t.match(conf, section)
  const both = conf.replace(section, () => locations.join(''))
  await matchEmitted(t, file, both)
  await matchEmitted(t, new URL('../../docker/nginx.media.conf', import.meta.url), withoutAccounts(both))
})

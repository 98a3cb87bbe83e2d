import type { Command } from 'commander'
import { action } from '../finish.js'
import { assertLocal } from '../remote.js'
import { type Service, servicesOf, settingsOf } from '../services.js'

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database of each service up to this release')
    .action(
      action(async (given) => {
        assertLocal(given)
        const { ProcessConfig } = await import('@likeness/runtime/config')
        const services = servicesOf(given)
        // A fault of the settings of one is told before the database of another is changed.
        const urls: [Service, string][] = []
        for (const service of services) {
          const { DATABASE_URL } = await settingsOf(service, ProcessConfig.pick({ DATABASE_URL: true }))
          urls.push([service, DATABASE_URL])
        }
        const migrated: Record<string, string[]> = {}
        for (const [service, url] of urls) {
          const { migrate } =
            service === 'media' ? await import('@likeness/media') : await import('@likeness/accounts')
          migrated[service] = await migrate(url)
        }
        const [only] = services
        if (services.length === 1 && only) return { result: { migrated: migrated[only] } }
        return { result: migrated }
      }),
    )
}

import type { Command } from 'commander'
import type { Check } from '../checks/finding.js'
import { action } from '../finish.js'
import { assertLocal } from '../remote.js'
import { servicesOf } from '../services.js'

/** Adds `doctor`, which changes nothing but a blob of its own, which it deletes again. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'check settings, database, clock, queue, storage, mail, keys, upkeep and the public addresses; says what to mend',
    )
    .action(
      action(async (given) => {
        assertLocal(given)
        const { checkService } = await import('../checks/check-service.js')
        const checks: Check[] = []
        for (const service of servicesOf(given)) checks.push(...(await checkService(service)))
        const bad = checks.filter(({ ok }) => !ok)
        const attention = `${bad.length} of ${checks.length} checks found something to mend.`
        return {
          result: { checks, ...(bad.length > 0 ? { attention } : {}) },
          lines: checks.map(
            ({ ok, service, name, says }) =>
              `${ok ? 'ok  ' : 'MEND'}  ${service.padEnd(9)}${name.padEnd(14)}${says}`,
          ),
        }
      }),
    )
}

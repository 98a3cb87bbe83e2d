import type { Command } from 'commander'
import type { Check } from '../checks/finding.js'
import { action, type Given } from '../finish.js'
import { assertLocal } from '../remote.js'
import { servicesOf } from '../services.js'

async function checkServices(given: Given): Promise<Check[]> {
  const { checkService } = await import('../checks/check-service.js')
  const checks: Check[] = []
  for (const service of servicesOf(given)) checks.push(...(await checkService(service)))
  return checks
}

async function checkToken(token: string): Promise<Check[]> {
  const { checkToken: check } = await import('../checks/token.js')
  return check(token)
}

/** Adds `doctor`, which changes nothing but a blob of its own, which it deletes again. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'check settings, database, clock, queue, storage, mail, keys, upkeep and the public addresses; says what to mend. With --token, why media takes a token of another login or does not',
    )
    .action(
      action(async (given) => {
        assertLocal(given)
        const checks = given.token === undefined ? await checkServices(given) : await checkToken(given.token)
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

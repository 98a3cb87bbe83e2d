import type { Command } from 'commander'
import { action } from '../finish.js'
import { assertLocal } from '../remote.js'
import { servicesOf, settingsOf } from '../services.js'

export function addRotateKeys(program: Command): void {
  program
    .command('rotate-keys')
    .description('create the next signing key; it is published at once and signs 15 minutes later')
    .action(
      action(async (given) => {
        assertLocal(given)
        servicesOf(given, ['accounts'])
        const [{ AccountsConfig, KeyConfig }, { rotateKeysNow }] = await Promise.all([
          import('@likeness/accounts/config'),
          import('@likeness/accounts/operations'),
        ])
        const config = await settingsOf(
          'accounts',
          AccountsConfig.pick({ DATABASE_URL: true }).extend(KeyConfig.shape),
        )
        const { kid, signsFrom } = await rotateKeysNow(config)
        return { result: { kid, signsFrom: signsFrom.toISOString() } }
      }),
    )
}

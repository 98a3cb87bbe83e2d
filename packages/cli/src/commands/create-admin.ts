import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { action } from '../finish.js'
import { assertLocal } from '../remote.js'
import { servicesOf, settingsOf } from '../services.js'

export function addCreateAdmin(program: Command): void {
  program
    .command('create-admin')
    .description(
      'create the first administrator, if there is none, with ADMIN_PASSWORD or a generated password',
    )
    .requiredOption('--email <address>', 'e-mail address')
    .option('--username <name>', 'username', 'admin')
    .action(
      action(async (given) => {
        assertLocal(given)
        servicesOf(given, ['accounts'])
        const [{ FirstAdminConfig }, { createAdmin, openGroups }] = await Promise.all([
          import('@likeness/accounts/config'),
          import('@likeness/accounts/operations'),
        ])
        const config = await settingsOf('accounts', FirstAdminConfig)
        const [email, username] = [String(given.email), String(given.username)]
        const password = config.ADMIN_PASSWORD ?? randomBytes(15).toString('base64url')
        const group = openGroups(config.GROUPS_FILE).fallback
        const made = await createAdmin(config.DATABASE_URL, { email, username, password, group })
        const isShown = made === 'created' && config.ADMIN_PASSWORD === undefined
        return { result: { result: made, email, username, ...(isShown ? { password } : {}) } }
      }),
    )
}

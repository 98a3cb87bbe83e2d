import { randomBytes } from 'node:crypto'
import { finish, type Options, openCli } from '@likeness/runtime/cli'
import { addAudit } from '@likeness/runtime/trail/commands'
import { z } from 'zod'
import { addAdministration } from './administration/commands.js'
import { Connection, withDatabase } from './cli-tools.js'
import { AccountsConfig, KeyConfig } from './config.js'
import { openGroups } from './groups/groups.js'
import { createAdmin, migrate } from './index.js'
import { rotateKeys } from './keys/rotate-keys.js'
import { upkeepTasks } from './upkeep/tasks.js'

const { program, settings, addUpkeep } = openCli('accounts', {
  description: 'Administration and upkeep of the accounts service.',
  config: AccountsConfig,
  migrate,
})
/** A command listens on no port, so PORT is optional. */
const open = async () => {
  const { openDeps } = await import('./deps.js')
  return openDeps(settings(AccountsConfig.extend({ PORT: AccountsConfig.shape.PORT.default(0) })))
}

program
  .command('create-admin')
  .description(
    'create the first administrator, if there is none, with ADMIN_PASSWORD or a generated password',
  )
  .requiredOption('--email <address>', 'e-mail address')
  .option('--username <name>', 'username', 'admin')
  .option('--json', 'print JSON')
  .action((options: Options & { email: string; username: string }) =>
    finish(options, async () => {
      const schema = Connection.extend({
        ADMIN_PASSWORD: z.string().optional(),
        GROUPS_FILE: AccountsConfig.shape.GROUPS_FILE,
      })
      const config = settings(schema)
      const { email, username } = options
      const password = config.ADMIN_PASSWORD ?? randomBytes(15).toString('base64url')
      const group = openGroups(config.GROUPS_FILE).fallback
      const result = await createAdmin(config.DATABASE_URL, { email, username, password, group })
      const shown = result === 'created' && config.ADMIN_PASSWORD === undefined
      return { result, email, username, ...(shown ? { password } : {}) }
    }),
  )

program
  .command('rotate-keys')
  .description('create the next signing key; it is published at once and signs 15 minutes later')
  .option('--json', 'print JSON')
  .action((options: Options) =>
    finish(options, async () => {
      const config = settings(Connection.extend(KeyConfig.shape))
      const { kid, signsFrom } = await withDatabase(config.DATABASE_URL, (db) => rotateKeys(db, config))
      return { kid, signsFrom: signsFrom.toISOString() }
    }),
  )

addAdministration(program, settings)
addUpkeep(upkeepTasks, open)
addAudit({ program }, 'accounts', async () => ({
  parts: await open(),
  tables: (await import('./database/activities.trail.js')).trailTables,
}))

await program.parseAsync()

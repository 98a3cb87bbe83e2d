import { randomBytes } from 'node:crypto'
import { describeConfig } from '@likeness/runtime'
import { Command } from 'commander'
import { z } from 'zod'
import { addAdministration } from './administration/commands.js'
import { Connection, finish, type Options, type Result, settings, withDatabase } from './cli-tools.js'
import { AccountsConfig, KeyConfig } from './config.js'
import { type Deps, openDeps } from './deps.js'
import { openGroups } from './groups/groups.js'
import { createAdmin, migrate } from './index.js'
import { rotateKeys } from './keys/rotate-keys.js'
import { deleteOver } from './upkeep/delete-over.js'
import { requeueStuck } from './upkeep/requeue-stuck.js'
import { retireKeys } from './upkeep/retire-keys.js'

const program = new Command('likeness-accounts')
  .description('Administration and upkeep of the accounts service.')
  .addHelpText('after', `\nEnvironment variables:\n${describeConfig(AccountsConfig)}`)
  // Usage errors end with 2, failures with 1.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))

program
  .command('migrate')
  .description('bring the database up to this release')
  .option('--json', 'print JSON')
  .action((options: Options) =>
    finish(options, async () => ({
      migrated: await migrate(settings(Connection).DATABASE_URL),
    })),
  )

program
  .command('create-admin')
  .description('make the first administrator, unless there is one; ADMIN_PASSWORD or a generated password')
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
  .description('make the next signing key; it is published at once and signs 15 minutes later')
  .option('--json', 'print JSON')
  .action((options: Options) =>
    finish(options, async () => {
      const config = settings(Connection.extend(KeyConfig.shape))
      const { kid, signsFrom } = await withDatabase(config.DATABASE_URL, (db) => rotateKeys(db, config))
      return { kid, signsFrom: signsFrom.toISOString() }
    }),
  )

addAdministration(program)
addUpkeep('requeue-stuck', 'add the lost jobs of mails and erasures that wait too long', requeueStuck)
addUpkeep('delete-over', 'delete sessions, mails, activity and accounts that are over', deleteOver)
addUpkeep('retire-keys', 'delete signing keys whose last token has expired', retireKeys)

await program.parseAsync()

function addUpkeep(
  name: string,
  description: string,
  run: (deps: Deps, options: { dryRun: boolean }) => Promise<Result>,
): void {
  program
    .command(name)
    .description(description)
    .option('--dry-run', 'change nothing, only count')
    .option('--json', 'print JSON')
    .action((options: Options & { dryRun?: boolean }) =>
      finish(options, async () => {
        const deps = await openDeps(
          settings(AccountsConfig.extend({ PORT: AccountsConfig.shape.PORT.default(0) })),
        )
        try {
          return await run(deps, { dryRun: options.dryRun === true })
        } finally {
          await deps.close()
        }
      }),
    )
}

import { Command, Option } from 'commander'
import { commands } from './commands.js'
import { exits } from './finish.js'

const help = `
Exit codes: ${exits.done} done; ${exits.failed} failed; ${exits.usage} wrong usage; ${exits.partly} partly done, or something was found.
Data goes to stdout, everything else to stderr.

A command works with the settings of the services. It finds them in the environment, as the services do, or
in the data folder (DATA_DIR, .likeness) of an npm start that runs. ACCOUNTS_… and MEDIA_… set a variable for one
service, such as MEDIA_DATABASE_URL. LIKENESS_SERVICE says which service DATABASE_URL belongs to.

With --url and --token, or LIKENESS_URL and LIKENESS_TOKEN, a command that has an endpoint asks a deployment instead:
upkeep and its tasks, users, history, stats, failures, keys, webhooks and audit export. takedown and erase always do.`

/** Runs what was typed. Usage errors end with 2. */
export async function runProgram(args: readonly string[]): Promise<void> {
  // An empty variable counts as absent.
  for (const name of ['LIKENESS_SERVICE', 'LIKENESS_URL']) if (!process.env[name]) delete process.env[name]
  // Whoever reads the output, such as `head`, may have enough before its end.
  process.stdout.on('error', () => process.exit(exits.failed))
  const program = new Command('likeness')
    .description('Operates the services of Likeness.')
    .option('--json', 'print JSON')
    .option('-q, --quiet', 'print no progress and no result, only faults')
    .option('-y, --yes', 'do not ask before something that cannot be undone')
    .addOption(
      new Option('--service <name>', 'the service to work on, where a command is of both')
        .choices(['accounts', 'media'])
        .env('LIKENESS_SERVICE'),
    )
    .addOption(
      new Option('--url <address>', 'a deployment to ask, such as https://likeness.example').env(
        'LIKENESS_URL',
      ),
    )
    // Not by `.env`: `--help` would show its value as the default.
    .option(
      '--token <token>',
      'the access token for it; LIKENESS_TOKEN keeps it out of the list of processes',
    )
    .addHelpText('after', help)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exits.done : exits.usage))
    .configureHelp({ showGlobalOptions: true })
  for (const add of commands) add(program)
  // Subcommands end by the same codes.
  for (const command of program.commands.flatMap((one) => [one, ...one.commands]))
    command.exitOverride((error) => process.exit(error.exitCode === 0 ? exits.done : exits.usage))
  await program.parseAsync(args, { from: 'user' })
}

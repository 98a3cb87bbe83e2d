import { AccountsConfig } from '@likeness/accounts/config'
import { MediaConfig } from '@likeness/media/config'
import { describeConfig, ProcessConfig } from '@likeness/runtime/config'
import { Environment, setByStart } from './settings.js'

/** The text of `npm start -- --help`: every setting of every process, with its choices and its default. */
export function helpText(): string {
  const own = [...setByStart, ...Object.keys(Environment.shape)]
  const shared = Object.keys(ProcessConfig.shape)
  const madeOnce = ['SERVICE_SECRET', 'KEY_SECRET']
  const part = (title: string, text: string) => `${title}\n${text}\n`
  return [
    'Starts all of Likeness on this machine: PostgreSQL, both services with their workers, the gateway and the page.',
    'Every setting is an environment variable; NAME_FILE names a file that holds the value of NAME.\n',
    'With --databases only PostgreSQL runs, with the databases: for `likeness restore` and other commands.\n',
    part('What npm start takes:', describeConfig(Environment)),
    part(
      'Both services (SERVICE_SECRET is generated once, in DATA_DIR):',
      describeConfig(ProcessConfig, [...own, ...madeOnce]),
    ),
    part(
      'Accounts (KEY_SECRET is generated once, in DATA_DIR):',
      describeConfig(AccountsConfig, [...own, ...shared, ...madeOnce]),
    ),
    part('Media:', describeConfig(MediaConfig, [...own, ...shared])),
  ].join('\n')
}

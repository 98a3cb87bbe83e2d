// npm start: everything Likeness needs on this machine, in one command. It starts PostgreSQL and the services, and
// stops them in order. It loads little itself, so that both begin at once.

import { fileURLToPath } from 'node:url'
import { Fault } from './fault.js'
import { checkPort } from './start/check-port.js'
import { type Databases, openDatabases } from './start/databases.js'
import { helpText } from './start/help.js'
import { holdDataDir } from './start/hold-data-dir.js'
import { keepSettings } from './start/keep-settings.js'
import { describeParts, type Parts } from './start/parts.js'
import { openSecrets } from './start/secrets.js'
import { readSettings, type Settings } from './start/settings.js'
import { showLogLine } from './start/show-log-line.js'
import { showProgress } from './start/show-progress.js'
import { readyLines } from './start/show-ready.js'
import { startServices } from './start/start-services.js'
import { supervise } from './start/supervise.js'

// Node 22.1 and later keep compiled code here, which halves the time that the services take to load.
const compileCache = fileURLToPath(new URL('../../../node_modules/.cache/likeness-code', import.meta.url))
const startedAt = performance.now()
const report = (line: string) => console.log(line)
// A closed terminal must not end this process before it has stopped the others.
process.stdout.on('error', () => undefined)

const stopAsked = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      resolve()
      // On a second signal, the parts see this process end and stop by themselves.
      process.once(signal, () => process.exit(1))
    })
  }
})

const options = ['--help', '--databases']
const [unknown] = process.argv.slice(2).filter((argument) => !options.includes(argument))
if (unknown !== undefined) {
  console.error(`There is no option ${unknown}: settings are environment variables, which --help lists.`)
  process.exit(2)
}
if (process.argv.includes('--help')) {
  console.log(helpText())
  process.exit(0)
}

try {
  await start(readSettings(process.env))
} catch (error) {
  console.error(error instanceof Fault ? error.message : error)
  process.exitCode = 1
}

async function start(settings: Settings): Promise<void> {
  const letGo = holdDataDir(settings.dataDir, settings.publicUrl)
  try {
    await checkPort(settings.host, settings.port)
    const secrets = openSecrets(settings.dataDir)
    const databases = await openDatabases(settings, secrets.postgresPassword, report)
    try {
      const parts = await describeParts(settings, databases, secrets)
      const forget = keepSettings(settings.dataDir, parts)
      try {
        if (process.argv.includes('--databases')) await runDatabases(databases)
        else await runServices(settings, databases, parts)
      } finally {
        forget()
      }
    } finally {
      await databases.stop()
    }
  } finally {
    letGo()
  }
}

/** The databases alone, empty at first: for a restore, and for commands while no service runs. */
async function runDatabases({ ready, server }: Databases): Promise<void> {
  if (server === undefined)
    throw new Fault('--databases is for the PostgreSQL of npm start: both URLs are set.')
  await Promise.race([ready, stopAsked])
  const { makeDatabases } = await import('./host/make-databases.js')
  await makeDatabases(server)
  report('The databases are ready, for commands in this folder. No service runs. Stop them with Ctrl-C.')
  await stopAsked
  report('Stopping …')
}

async function runServices(
  settings: Settings,
  { ready: answering, server, accounts, media }: Databases,
  parts: Parts,
): Promise<void> {
  const colours = process.stdout.isTTY === true
  const progress = showProgress(3, (text) => process.stdout.write(text))
  progress.begin(server === undefined ? 'Loading the services' : 'Starting PostgreSQL, loading the services')
  const order = answering.then(() => ({
    parts,
    server,
    databases: { accounts, media },
    admin: settings.admin,
  }))
  let password: string | undefined
  const services = supervise(
    'services',
    (signal) =>
      startServices(
        { env: { ...settings.env, NODE_COMPILE_CACHE: compileCache }, order, signal },
        (line) => report(showLogLine('services', line, colours)),
        (step) => {
          if (step.done === 'begun') progress.begin('Migrating the databases')
          else if (step.done === 'migrated') progress.begin('Opening')
          else if (step.done === 'all') password ??= step.password
          else if (step.done !== 'loaded') progress.add(step.done)
        },
      ),
    report,
  )
  try {
    const ready = await Promise.race([services.ready.then(() => true), stopAsked])
    progress.end()
    if (ready === true) {
      const seconds = (performance.now() - startedAt) / 1000
      for (const line of readyLines(settings, password, seconds)) report(line)
    }
    await stopAsked
    report('Stopping …')
  } finally {
    progress.end()
    await services.stop()
  }
}

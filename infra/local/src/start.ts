// npm start: everything Likeness needs on this machine, in one command. It starts PostgreSQL, migrates, runs
// the five processes and stops them in order.

import { Fault } from './fault.js'
import { checkPort } from './start/check-port.js'
import { openDatabases } from './start/databases.js'
import { helpText } from './start/help.js'
import { holdDataDir } from './start/hold-data-dir.js'
import { keepSettings } from './start/keep-settings.js'
import { describeParts, type PartName } from './start/parts.js'
import { openSecrets } from './start/secrets.js'
import { readSettings, type Settings } from './start/settings.js'
import { showLogLine } from './start/show-log-line.js'
import { readyLines } from './start/show-ready.js'
import { type Part, startPart } from './start/start-part.js'
import { supervise } from './start/supervise.js'

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

const [unknown] = process.argv.slice(2).filter((argument) => argument !== '--help')
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
    // Loading the services takes half a second, in which PostgreSQL starts.
    const loading = import('./start/migrate.js')
    const databases = await openDatabases(settings, secrets.postgresPassword, report)
    try {
      const { migrate, makeFirstAdmin } = await loading
      await migrate(databases)
      const parts = await describeParts(settings, databases, secrets)
      const forget = keepSettings(settings.dataDir, parts)
      try {
        await runParts(parts, () => makeFirstAdmin(databases, settings.admin), settings)
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

async function runParts(
  parts: Record<PartName, Part>,
  makeFirstAdmin: () => Promise<{ password: string } | undefined>,
  settings: Settings,
): Promise<void> {
  const colours = process.stdout.isTTY === true
  const running = Object.entries(parts).map(([name, part]) => {
    const show = (line: string) => report(showLogLine(name, line, colours))
    return { name, ...supervise(name, (signal) => startPart(part, show, signal), report) }
  })
  try {
    const allReady = Promise.all([makeFirstAdmin(), ...running.map(({ ready }) => ready)])
    const ready = await Promise.race([allReady, stopAsked])
    if (ready !== undefined) {
      const seconds = (performance.now() - startedAt) / 1000
      for (const line of readyLines(settings, ready[0]?.password, seconds)) report(line)
    }
    await stopAsked
    report('Stopping …')
  } finally {
    // The gateway first, so that no new requests come in.
    const gateway = running.filter(({ name }) => name === 'gateway')
    await Promise.all(gateway.map((part) => part.stop()))
    await Promise.all(running.map((part) => part.stop()))
  }
}

// npm run bench: measures the product beside bare twins that do the same work, in turns of one run, and prints one table.
import { writeFile } from 'node:fs/promises'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { loadTool } from './measuring/load.js'
import { commitOf, describeMachine } from './measuring/machine.js'
import { type Row, tableHead, tableLines } from './measuring/report.js'
import { measureAccounts } from './parts/accounts.js'
import { measureAdopt } from './parts/adopt.js'
import { measureAudit } from './parts/audit.js'
import { measureConfirm } from './parts/confirm.js'
import { measureDelivery } from './parts/delivery.js'
import { measureHistory } from './parts/history.js'
import type { Pace, Part } from './parts/part.js'
import { measurePipeline } from './parts/pipeline.js'
import { measureStart } from './parts/start.js'
import { measureStats } from './parts/stats.js'
import { measureUpkeep } from './parts/upkeep.js'
import { measureUploads } from './parts/uploads.js'
import { measureWaterfall } from './parts/waterfall.js'
import { closeFilled } from './product/filled.js'
import { tree } from './product/tree.js'

const parts: Readonly<Record<string, Part>> = {
  start: measureStart,
  uploads: measureUploads,
  confirm: measureConfirm,
  pipeline: measurePipeline,
  delivery: measureDelivery,
  accounts: measureAccounts,
  adopt: measureAdopt,
  history: measureHistory,
  stats: measureStats,
  audit: measureAudit,
  upkeep: measureUpkeep,
  waterfall: measureWaterfall,
}

// Whatever runs ends with this process, or by its `exit` event.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const program = new Command('npm run bench --')
  .description('Measures the product beside bare twins that do the same work, and prints one table.')
  .addArgument(
    new Argument('[parts...]', 'what to measure, everything unless named').choices(Object.keys(parts)),
  )
  .option('--turns <number>', 'turns of each side', numberAbove0, 3)
  .option('--seconds <number>', 'length of a turn', numberAbove0, 3)
  .option(
    '--uploads <number>',
    'uploads that history, stats, audit and upkeep fill in',
    numberAbove0,
    1_000_000,
  )
  .option('--json <file>', 'also write the figures there')
  .addHelpText(
    'after',
    '\nLIKENESS_TREE names another built checkout, whose services are measured by this same program.',
  )
  .parse()
const { json, ...pace } = program.opts<Pace & { json?: string }>()
const chosen = program.args.length > 0 ? program.args : Object.keys(parts)

const head = `${describeMachine()} · commit ${commitOf(tree)} · load by ${loadTool} · ${pace.turns} turns of ${pace.seconds} s`
console.log(`${head}\n\n${tableHead}`)
const rows: Row[] = []
const began = performance.now()
for (const name of chosen) {
  const measured = (await parts[name]?.(pace)) ?? []
  console.log(tableLines(measured))
  rows.push(...measured)
  // After each part, so that one which fails costs no other its figures.
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify({ head, commit: commitOf(tree), rows }, null, 2)}\n`)
}
await closeFilled()
for (const { part, what, note } of rows) if (note !== undefined) console.log(`${part}, ${what}: ${note}`)
console.log(`measured in ${((performance.now() - began) / 60_000).toFixed(1)} min`)

function numberAbove0(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number <= 0)
    throw new InvalidArgumentError('It must be a whole number above 0.')
  return number
}

/*
 * npm run bench -- [parts] [--turns 3] [--seconds 3] [--uploads 1000000] [--json file]
 *
 * Measures the product beside bare twins that do the same work, in turns of one run, and prints one table.
 * LIKENESS_TREE names another built checkout, whose services are measured by this same program.
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { loadTool } from './measuring/load.js'
import { commitOf, describeMachine } from './measuring/machine.js'
import { type Row, tableHead, tableLines } from './measuring/report.js'
import { measureAccounts } from './parts/accounts.js'
import { measureAdopt } from './parts/adopt.js'
import { measureAudit } from './parts/audit.js'
import { measureConfirm } from './parts/confirm.js'
import { measureDelivery } from './parts/delivery.js'
import { measureHistory } from './parts/history.js'
import type { Part } from './parts/part.js'
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    uploads: { type: 'string', default: '1000000' },
    json: { type: 'string' },
  },
})
const unknown = positionals.find((name) => !(name in parts))
if (unknown !== undefined) {
  console.error(`There is no part ${unknown}: choose from ${Object.keys(parts).join(', ')}.`)
  process.exit(2)
}
const chosen = positionals.length > 0 ? positionals : Object.keys(parts)
const pace = {
  turns: Number(values.turns),
  seconds: Number(values.seconds),
  uploads: Number(values.uploads),
}

const head = `${describeMachine()} · commit ${commitOf(tree)} · load by ${loadTool} · ${pace.turns} turns of ${pace.seconds} s`
console.log(`${head}\n\n${tableHead}`)
const rows: Row[] = []
const began = performance.now()
for (const name of chosen) {
  const measured = (await parts[name]?.(pace)) ?? []
  console.log(tableLines(measured))
  rows.push(...measured)
  // After each part, so that one which fails costs no other its figures.
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ head, commit: commitOf(tree), rows }, null, 2)}\n`)
}
await closeFilled()
for (const { part, what, note } of rows) if (note !== undefined) console.log(`${part}, ${what}: ${note}`)
console.log(`measured in ${((performance.now() - began) / 60_000).toFixed(1)} min`)

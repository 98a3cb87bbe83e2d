/*
 * Writes the figures of docs/benchmarks.md from what `npm run bench -- --json` wrote of two trees.
 *
 * Run: node bench/dist/write-docs.js before.json after.json
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { figure, type Row, spread } from './measuring/report.js'

type Measured = { readonly head: string; readonly commit: string; readonly rows: readonly Row[] }

const [beforeFile, afterFile] = process.argv.slice(2)
if (beforeFile === undefined || afterFile === undefined) {
  console.error('Name two files: those of before and after.')
  process.exit(2)
}
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Measured
const [before, after] = [read(beforeFile), read(afterFile)]

const docs = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))
const [begin, end] = ['<!-- Begin of what bench/src/write-docs.ts writes. -->', '<!-- End of it. -->']
const text = readFileSync(docs, 'utf8')
const [head, rest] = text.split(begin)
const tail = rest?.split(end)[1]
if (head === undefined || tail === undefined) throw new Error(`${docs} has no place for the figures`)
writeFileSync(docs, `${head}${begin}\n\n${figures()}\n\n${end}${tail}`)

function figures(): string {
  const rows = after.rows.filter(({ part }) => part !== 'waterfall')
  const lines = rows.map((row) => {
    const old = before.rows.find(({ part, what }) => part === row.part && what === row.what)
    return [`${row.part}: ${row.what}`, row.aim ?? '', cell(old), cell(row), cpu(old, row)]
  })
  return [
    `${after.head}. Before is ${before.commit}, after ${after.commit}.`,
    tableOf(['what', 'aim', 'before', 'after', 'CPU ms of one: before · after · twin'], lines),
    '### A confirmation, step by step',
    'Milliseconds since the client sent it; in brackets how long PostgreSQL took to answer.',
    stepsOf('Before', before),
    stepsOf('After', after),
  ].join('\n\n')
}

function cell(row: Row | undefined): string {
  if (!row) return '–'
  const own = `${figure(row.product)} ${row.unit}`.trim()
  return row.ratio ? `**${spread(row.ratio)}** · ${own} beside ${figure(row.twin)}` : own
}

function cpu(old: Row | undefined, { cpu: own, twinCpu }: Row): string {
  return own === undefined ? '' : [old?.cpu ?? '–', own, twinCpu ?? '–'].join(' · ')
}

/** A table as the formatter of this repository has it. */
function tableOf(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, 3, ...lines.map((cells) => cells[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`
  return [line(titles), line([], '-'), ...lines.map((cells) => line(cells))].join('\n')
}

function stepsOf(title: string, { rows }: Measured): string {
  const steps = rows
    .filter(({ part }) => part === 'waterfall')
    .map(({ product, what }) => `${product.toFixed(1).padStart(6)}  ${what}`)
  return `${title}:\n\n\`\`\`text\n${steps.join('\n')}\n\`\`\``
}

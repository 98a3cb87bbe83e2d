/** A cell; null is empty. */
export type Cell = string | number | boolean | null

// What spreadsheets take for a formula, full-width forms included (OWASP, CSV Injection).
const formula = /^[=+\-@\t\r\n＝＋－＠]/
const special = /[",\r\n]/

/** One record of RFC 4180. Text that a spreadsheet would take for a formula gets an apostrophe before it. */
export const csvRecord = (cells: readonly Cell[]): string => `${cells.map(written).join(',')}\r\n`

function written(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const safe = formula.test(cell) ? `'${cell}` : cell
  return special.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

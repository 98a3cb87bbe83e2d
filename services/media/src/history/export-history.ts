import { Readable } from 'node:stream'
import type { HistoryEntry } from '@likeness/contracts'
import type { Caller } from '@likeness/runtime/caller'
import { openTurns } from '@likeness/runtime/turns'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { type ExportFormat, exportFormats } from './export-formats.js'
import { findHistory, type HistoryQuestion, type ReadHistory, viewHistory } from './find-history.js'

const batchRows = 500
// Each keeps a batch in memory, about a megabyte, for as long as its client takes to read it.
const mostExports = 20
const mostPerCaller = 3

/** Opens whole histories as streams of text. */
export type HistoryExports = {
  /** @throws Problem `rate-limited`, `overloaded`; ServiceAwayError */
  open(question: HistoryQuestion, format: ExportFormat, caller: Caller): Promise<Readable>
  /** Breaks off those under way, whose clients may take hours for the rest, and refuses all later ones. */
  close(): void
}

/**
 * A batch is read when the client has taken the one before, by the place where that ended and in a statement of its own:
 * nothing of the database is held while a client reads, be it slow or gone. One connection of the pool reads for all
 * exports of a process, so that pages do not wait for them.
 * @param isEnded whether the session of a caller has ended, after which they are sent no more
 */
export function openHistoryExports(deps: Deps, isEnded: (caller: Caller) => boolean): HistoryExports {
  const streams = new Map<symbol, { callerId: string; stream?: Readable }>()
  const turns = openTurns({ atOnce: 1, mostWaiting: mostExports, refuse: () => problem('overloaded') })
  let closed = false

  function enter(callerId: string): symbol {
    const headers = { 'retry-after': '30' }
    if (closed || streams.size >= mostExports) throw problem('overloaded', { headers })
    const own = [...streams.values()].filter((one) => one.callerId === callerId)
    if (own.length >= mostPerCaller) throw problem('rate-limited', { parameters: { seconds: 30 }, headers })
    const place = Symbol(callerId)
    streams.set(place, { callerId })
    return place
  }

  return {
    async open(question, format, caller) {
      const place = enter(caller.id)
      try {
        const read = await findHistory(deps, question)
        const readBatch = (after?: string) => turns(() => batchAfter(deps, read, after))
        // What fails until the answer begins is answered by a problem.
        const first = await readBatch()
        const next: NextBatch = async ({ last }) => (last === undefined ? undefined : readBatch(last))
        const assertOpen = () => {
          if (closed || isEnded(caller)) throw new Error('this export is broken off')
        }
        const stream = Readable.from(linesOf(first, next, format, assertOpen))
        streams.set(place, { callerId: caller.id, stream })
        return stream.once('close', () => streams.delete(place))
      } catch (error) {
        streams.delete(place)
        throw error
      }
    },
    close() {
      closed = true
      for (const { stream } of streams.values()) stream?.destroy(new Error('the process ends'))
    },
  }
}

/** The text of a whole history, batch by batch, for a command on the machine. @param type a media type */
export async function* historyLines(
  deps: Pick<Deps, 'db' | 'accounts' | 'config' | 'previews'>,
  question: HistoryQuestion,
  type: keyof typeof exportFormats,
): AsyncGenerator<string> {
  const read = await findHistory(deps, question)
  const next: NextBatch = async ({ last }) => (last === undefined ? undefined : batchAfter(deps, read, last))
  yield* linesOf(await batchAfter(deps, read, undefined), next, exportFormats[type])
}

/** @param assertOpen throws where the export must end before it is whole, which breaks the connection off */
async function* linesOf(
  first: Batch,
  next: NextBatch,
  format: ExportFormat,
  assertOpen: () => void = () => undefined,
): AsyncGenerator<string> {
  let rows = 0
  yield format.head
  for (let batch: Batch | undefined = first; batch; batch = await next(batch)) {
    assertOpen()
    yield batch.entries.map((entry, index) => format.line(entry, rows + index + 1)).join('')
    rows += batch.entries.length
  }
  yield format.end(rows)
}

/** `last`: the place where it ended, which may have no entries; undefined where no more come. */
type Batch = { readonly entries: readonly HistoryEntry[]; readonly last: string | undefined }
type NextBatch = (batch: Batch) => Promise<Batch | undefined>

async function batchAfter(
  deps: Parameters<typeof viewHistory>[0],
  read: ReadHistory,
  after: string | undefined,
): Promise<Batch> {
  const { rows, rest } = await read({ after, limit: batchRows })
  return { entries: await viewHistory(deps, rows), last: rest }
}

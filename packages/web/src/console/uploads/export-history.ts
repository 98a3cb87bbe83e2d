import { LikenessError } from '@likeness/client'
import { session } from '../../api/likeness.js'
import { currentLanguage } from '../../language/language.js'
import { textsNow, textsOf } from '../../language/texts.js'
import { queryOf } from './history-filters.js'

const exportTypes = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const
export type ExportType = keyof typeof exportTypes

/** What has come so far. */
export type Progress = { readonly rows: number; readonly bytes: number }

type SaveFilePicker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>
type WithPicker = { showSaveFilePicker?: SaveFilePicker }

/** A file to write to as it arrives, and what makes it whole or drops it. */
type Target = {
  write: (chunk: Uint8Array<ArrayBuffer>) => Promise<void>
  close: () => Promise<void>
  abort: () => Promise<void>
}

/**
 * Asks where to save the file, which only a click may do. A browser that cannot write to files keeps it in memory, and
 * downloads it at the end.
 * @returns undefined when the person chose no file
 */
export async function chooseTarget(type: ExportType): Promise<Target | undefined> {
  const name = `uploads-${new Date().toISOString().slice(0, 10)}.${type}`
  const { showSaveFilePicker } = window as WithPicker
  if (showSaveFilePicker === undefined) return inMemory(name, type)
  try {
    const handle = await showSaveFilePicker.call(window, { suggestedName: name })
    const file = await handle.createWritable()
    return { write: (chunk) => file.write(chunk), close: () => file.close(), abort: () => file.abort() }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
}

function inMemory(name: string, type: ExportType): Target {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  return {
    write: async (chunk) => void chunks.push(chunk),
    close: async () => {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(new Blob(chunks, { type: exportTypes[type] }))
      link.download = name
      link.click()
      // The download has begun by then.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    },
    abort: async () => void chunks.splice(0),
  }
}

/**
 * Streams every upload that the address asks for into a file. When it is aborted, or breaks off, the file is dropped.
 * @param onProgress called as it arrives
 * @returns what came in all
 * @throws LikenessError `export-incomplete` and those of the history; the signal's reason
 */
export async function exportHistory(
  params: URLSearchParams,
  type: ExportType,
  target: Target,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<Progress> {
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined
  try {
    const response = await ask(params, type, signal)
    const end = openEnd(type)
    let progress: Progress = { rows: 0, bytes: 0 }
    reader = (response.body ?? new Blob().stream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      await target.write(value)
      progress = { rows: end.read(value), bytes: progress.bytes + value.length }
      onProgress(progress)
      signal.throwIfAborted()
    }
    const rows = end.rows()
    if (rows === undefined) throw incomplete()
    await target.close()
    return { ...progress, rows }
  } catch (error) {
    await Promise.allSettled([reader?.cancel(), target.abort()])
    signal.throwIfAborted()
    throw error instanceof LikenessError ? error : incomplete(error)
  }
}

/** The client library reads whole answers; this one may be longer than memory. */
async function ask(params: URLSearchParams, type: ExportType, signal: AbortSignal): Promise<Response> {
  const query = new URLSearchParams(
    Object.entries(queryOf(params)).map(([name, value]) => [name, String(value)]),
  )
  const send = async (token: string) =>
    fetch(`/v1/history?${query}`, {
      headers: {
        accept: exportTypes[type],
        authorization: `Bearer ${token}`,
        'accept-language': currentLanguage(),
      },
      cache: 'no-store',
      signal,
    })
  const token = await session.getToken()
  let response = await send(token)
  if (response.status === 401) response = await send(await session.getToken(token))
  if (response.ok) return response
  const problem: unknown = await response.json().catch(() => undefined)
  const { code, title, detail } = problem as { code?: string; title?: string; detail?: string }
  throw new LikenessError(code ?? 'unreadable-answer', {
    ...(title && { title }),
    ...(detail && { detail }),
    status: response.status,
  })
}

/** Counts lines, and looks for the last one, which says that the file is whole and how many uploads it has. */
function openEnd(type: ExportType) {
  const decoder = new TextDecoder()
  const last = type === 'csv' ? /\ncomplete,(\d+),[^\n]*\r\n$/ : /(?:^|\n)\{"complete":true,"rows":(\d+)\}\n$/
  // The header of CSV is no upload.
  let lines = type === 'csv' ? -1 : 0
  let tail = ''
  return {
    read(chunk: Uint8Array): number {
      for (const byte of chunk) if (byte === 10) lines += 1
      tail = (tail + decoder.decode(chunk, { stream: true })).slice(-1000)
      return Math.max(0, lines)
    },
    rows: (): number | undefined => {
      const found = last.exec(tail)
      return found ? Number(found[1]) : undefined
    },
  }
}

const incomplete = (cause?: unknown) => new LikenessError('export-incomplete', { ...textsNow(texts), cause })

const texts = textsOf({
  en: {
    title: 'The export broke off',
    detail: 'The file would not have been whole, so nothing was saved. Try again.',
  },
  fr: {
    title: 'L’export s’est interrompu',
    detail: 'Le fichier n’aurait pas été complet, rien n’a donc été enregistré. Réessayez.',
  },
})

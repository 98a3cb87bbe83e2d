import type { ImageError } from '@likeness/images'
import { NotYet } from '@likeness/runtime/job'
import { countDecodeKill, markFailed, markRejected } from '../database/upload-transitions.js'
import type { UploadRow } from '../database/uploads.table.js'
import type { WorkerDeps } from '../deps.js'
import { announce } from './announce.js'
import { stagedFiles } from './render-ahead.js'
import { deleteFiles } from './upload-files.js'

const killsAllowed = 2

const details: Readonly<Record<string, string>> = {
  'invalid-image': 'The file is damaged or incomplete.',
  'too-many-pixels': 'The image has too many pixels.',
  'decode-timeout': 'Decoding the image took too long.',
  'decode-memory': 'Decoding the image took too much memory.',
  'decode-crash': 'The image could not be decoded.',
}

/**
 * Ends an upload whose picture will not decode: a pending one is rejected, a confirmed one fails. The first time a
 * decoder is killed may be the machine's fault, so that error is thrown again for another try; a starved decoder always
 * is, however often it happens.
 */
export async function refuseUpload(deps: WorkerDeps, row: UploadRow, error: ImageError): Promise<void> {
  if (error.code === 'decode-starved') throw new NotYet(error.message, { cause: error })
  if (error.code.startsWith('decode-') && (await countDecodeKill(deps.db, row)) < killsAllowed) throw error
  const failure = { code: error.code, detail: details[error.code] ?? 'The image could not be read.' }
  const ended =
    (await markRejected(deps.db, row, failure)) ?? (await markFailed(deps.db, row, failure, false))
  if (!ended) return
  await deleteFiles(deps, stagedFiles(ended))
  announce(deps.bus, ended)
}

/*
 * The program of a decoding process: it decodes hostile bytes, so any harm they do ends here. The service that
 * started it watches it from outside and kills it if need be; see decode-process.ts.
 */
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { DecodeMessage, DecodeRequest } from './decode-job.js'
import { ImageError, PictureGoneError } from './image-error.js'
import { prepare } from './prepare.js'
import { render } from './render.js'
import { unblockAllFormats } from './sharp.js'

const reportEveryMs = 25

unblockAllFormats()

process.on('message', (request: DecodeRequest) => void answer(request))

// The service has ended, so this process ends too, without waiting for libvips' own threads.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

// The service acts on a signal to the whole process group (Ctrl-C): it may still need this job done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

try {
  // When memory runs out, Linux takes this process first and not the service.
  writeFileSync('/proc/self/oom_score_adj', '1000')
} catch {
  // Other systems have no such file, and some refuse: the service is then as safe as before.
}

if (process.argv.includes('--report-usage')) {
  setInterval(() => {
    const { user, system } = process.cpuUsage()
    const rssMiB = process.memoryUsage.rss() / 1024 / 1024
    send({ type: 'usage', cpuMs: (user + system) / 1000, rssMiB })
  }, reportEveryMs).unref()
}

send({ type: 'ready' })

async function answer(request: DecodeRequest): Promise<void> {
  try {
    const { picture } = request
    const bytes = Buffer.isBuffer(picture) ? picture : await readPicture(picture.file)
    send({ type: 'done', result: await run(request, bytes) })
  } catch (error) {
    send(failure(error))
  }
}

async function readPicture(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? new PictureGoneError(error.message)
      : error
  }
}

function run(request: DecodeRequest, bytes: Buffer) {
  switch (request.kind) {
    case 'prepare':
      return prepare(bytes, request.options, (prepared) => send({ type: 'prepared', prepared }))
    case 'render':
      return render(bytes, request.options)
  }
}

function failure(error: unknown): DecodeMessage {
  return {
    type: 'failed',
    code: codeOf(error),
    message: error instanceof Error ? error.message : String(error),
    cause: error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined,
  }
}

function codeOf(error: unknown): Extract<DecodeMessage, { type: 'failed' }>['code'] {
  if (error instanceof PictureGoneError) return 'gone'
  return error instanceof ImageError ? error.code : undefined
}

function send(message: DecodeMessage): void {
  process.send?.(message)
}

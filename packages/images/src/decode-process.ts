import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DecodeJobs, DecodeMessage, PictureSource } from './decode-job.js'
import { ImageError } from './image-error.js'

export type DecodeLimits = {
  /** Wall-clock milliseconds one job may take, from when its bytes are read. */
  readonly timeoutMs: number
  /** Resident memory in MiB the process may reach, its own 70 included. */
  readonly maxRssMiB: number
}

/** One child process that runs one job at a time, killed when a job passes its limits. */
export type DecodeProcess = {
  /** Resolves when it can take its first job; rejects when it died or took too long to start. */
  readonly ready: Promise<void>
  /** False once it has died or been killed: no further job can be given to it. */
  readonly alive: () => boolean
  /**
   * Runs a job. Rejects with an ImageError for the picture, for a limit passed or for a crash; with the
   * signal's reason, after killing the process, when aborted.
   */
  readonly run: <K extends keyof DecodeJobs>(
    kind: K,
    picture: PictureSource,
    options: DecodeJobs[K]['options'],
    signal?: AbortSignal,
  ) => Promise<DecodeJobs[K]['result']>
  /** Kills it; resolves when it is gone. */
  readonly kill: () => Promise<void>
}

/** Always the compiled program: tests that run from sources use it too. */
const program = fileURLToPath(new URL('../dist/decode-child.js', import.meta.url))

const startTimeoutMs = 10_000
const watchMemoryEveryMs = 25

/** What the platform's loader needs; nothing else of the service's environment, and so none of its secrets. */
const inherited = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot']

/**
 * Starts a decoding process.
 *
 * @param memory where its memory is read: `proc` from Linux's /proc, whatever the process does; `reports` from
 *   what it tells itself, everywhere else
 */
export function startDecodeProcess(
  limits: DecodeLimits,
  memory: 'proc' | 'reports' = process.platform === 'linux' ? 'proc' : 'reports',
): DecodeProcess {
  const child = fork(program, memory === 'reports' ? ['--report-memory'] : [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: {
      ...Object.fromEntries(
        inherited.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
      ),
      // Fewer malloc arenas hold less memory that is free but not given back.
      MALLOC_ARENA_MAX: '2',
    },
  })
  let alive = true
  let killedFor: unknown
  let reportedMiB = 0
  let complaints = ''
  let start: Settle<void> | undefined
  let job: Settle<unknown> | undefined
  let startClock: (() => void) | undefined

  const ready = new Promise<void>((resolve, reject) => {
    start = { resolve, reject }
  })
  // Whoever gives it a job hears of a failed start; nobody else has to.
  ready.catch(() => undefined)
  const startTimer = setTimeout(() => void kill(crash('It did not start in time.')), startTimeoutMs)

  child.on('message', (message: DecodeMessage) => {
    switch (message.type) {
      case 'ready':
        clearTimeout(startTimer)
        return start?.resolve()
      case 'read':
        return startClock?.()
      case 'done':
        return job?.resolve(message.result)
      case 'failed':
        return job?.reject(failureOf(message))
      case 'resident':
        reportedMiB = message.mib
    }
  })
  child.stderr?.on('data', (text) => {
    complaints = `${complaints}${text}`.slice(-2000)
  })

  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      alive = false
      clearTimeout(startTimer)
      const reason = killedFor ?? crash(`${how} ${complaints}`)
      start?.reject(reason)
      job?.reject(reason)
      resolve()
    }
    child.once('close', (code, signal) => end(`It ended with ${signal ?? `code ${code}`}.`))
    // Comes alone when it could not be started at all.
    child.on('error', (error) => child.pid === undefined && end(String(error)))
  })

  return { ready, alive: () => alive, run, kill: () => kill(crash('It was closed.')) }

  async function run<K extends keyof DecodeJobs>(
    kind: K,
    picture: PictureSource,
    options: DecodeJobs[K]['options'],
    signal?: AbortSignal,
  ): Promise<DecodeJobs[K]['result']> {
    await ready
    signal?.throwIfAborted()
    if (!alive) throw crash('It was gone before the job.')

    let timer: NodeJS.Timeout | undefined
    // A slow disk is no fault of the picture.
    startClock = () => {
      timer = setTimeout(() => {
        void kill(new ImageError('decode-timeout', `Decoding took longer than ${limits.timeoutMs} ms.`))
      }, limits.timeoutMs)
    }
    const watch = setInterval(() => {
      if (residentMiB() <= limits.maxRssMiB) return
      void kill(new ImageError('decode-memory', `Decoding took more than ${limits.maxRssMiB} MiB of memory.`))
    }, watchMemoryEveryMs)
    const abort = () => void kill(signal?.reason)
    signal?.addEventListener('abort', abort)
    try {
      const result = await new Promise((resolve, reject) => {
        job = { resolve, reject }
        // A send that fails means a process that has ended, which `gone` answers.
        child.send({ kind, picture, options }, () => undefined)
      })
      // Some decoders never give back what they took; the next picture shall have all of the limit.
      if (residentMiB() > limits.maxRssMiB * 0.75) void kill(crash('It kept too much memory.'))
      return result as DecodeJobs[K]['result']
    } finally {
      job = undefined
      startClock = undefined
      clearTimeout(timer)
      clearInterval(watch)
      signal?.removeEventListener('abort', abort)
    }
  }

  function kill(reason: unknown): Promise<void> {
    if (alive) {
      alive = false
      killedFor = reason
      child.kill('SIGKILL')
    }
    return gone
  }

  function residentMiB(): number {
    return memory === 'proc' ? residentFromProc(child.pid) : reportedMiB
  }
}

type Settle<T> = { resolve: (value: T) => void; reject: (reason: unknown) => void }

function crash(how: string): ImageError {
  return new ImageError('decode-crash', 'The picture was not decoded: the decoding process died.', {
    cause: new Error(how.trim()),
  })
}

function failureOf({ code, message, cause }: Extract<DecodeMessage, { type: 'failed' }>): Error {
  const options = cause === undefined ? undefined : { cause }
  return code ? new ImageError(code, message, options) : new Error(message, options)
}

/** `status` has kibibytes, `statm` pages of a size only the C library knows. */
function residentFromProc(pid: number | undefined): number {
  try {
    const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return Number(kib ?? 0) / 1024
  } catch {
    // Gone since; its end is on its way as an event.
    return 0
  }
}

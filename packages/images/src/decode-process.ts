import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { DecodeJobs, DecodeMessage, PictureSource, Usage } from './decode-job.js'
import { ImageError, PictureGoneError } from './image-error.js'
import type { Prepared } from './prepare.js'
import { stepBack, type UsageWatch, watchProc } from './process-usage.js'

export type DecodeLimits = {
  /** Milliseconds of its own CPU time, of all threads together, that one job may take. */
  readonly cpuMs: number
  /**
   * Milliseconds after which a job that has not had its CPU time is given up. Many times the usual: its process
   * gives way to every other one.
   */
  readonly wallMs: number
  /** Resident memory in MiB the process may reach, its own 70 included. */
  readonly maxRssMiB: number
}

/** What the caller of a job has to do with it while it runs. */
export type JobWatch = {
  readonly signal?: AbortSignal | undefined
  /** Gets the preview, before the job has its result. */
  readonly onPrepared?: (prepared: Prepared) => void
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
    watch?: JobWatch,
  ) => Promise<DecodeJobs[K]['result']>
  /** Kills it; resolves when it is gone. */
  readonly kill: () => Promise<void>
}

const program = fileURLToPath(new URL('./decode-child.js', import.meta.url))

// On a machine that has better to do.
const startTimeoutMs = 120_000
const watchEveryMs = 25

/** The variables that the platform's loader needs: no secret of the service reaches a decoding process. */
const inherited = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot']

/**
 * Starts a decoding process.
 *
 * @param source where its CPU time and memory are read: `proc` from Linux's /proc, whatever the process does;
 *   `reports` from what it tells itself, everywhere else. One that is too busy to tell is stopped by `wallMs`
 */
export function startDecodeProcess(
  limits: DecodeLimits,
  source: 'proc' | 'reports' = process.platform === 'linux' ? 'proc' : 'reports',
): DecodeProcess {
  const child = fork(program, source === 'reports' ? ['--report-usage'] : [], {
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
  stepBack(child.pid)
  let alive = true
  let started = false
  let killedFor: unknown
  let reported: Usage = { cpuMs: 0, rssMiB: 0 }
  const usage: UsageWatch =
    source === 'proc' ? watchProc(child.pid) : { look: () => reported, close: () => undefined }
  let complaints = ''
  let start: Settle<void> | undefined
  let job: (Settle<unknown> & Required<Pick<JobWatch, 'onPrepared'>>) | undefined

  const ready = new Promise<void>((resolve, reject) => {
    start = { resolve, reject }
  })
  // The next job reports a failed start; an unhandled rejection would end the service.
  ready.catch(() => undefined)
  const startTimer = setTimeout(() => void kill(starved('It did not start in time.')), startTimeoutMs)

  child.on('message', (message: DecodeMessage) => {
    switch (message.type) {
      case 'ready':
        clearTimeout(startTimer)
        started = true
        // Again: threads that Node had begun before the first time are on their own.
        stepBack(child.pid)
        return start?.resolve()
      case 'prepared':
        return job?.onPrepared(message.prepared)
      case 'done':
        return job?.resolve(message.result)
      case 'failed':
        return job?.reject(failureOf(message))
      case 'usage':
        reported = message
    }
  })
  child.stderr?.on('data', (text) => {
    complaints = `${complaints}${text}`.slice(-2000)
  })

  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      alive = false
      usage.close()
      clearTimeout(startTimer)
      const reason = killedFor ?? (started ? crash : starved)(`${how} ${complaints}`)
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
    { signal, onPrepared = () => undefined }: JobWatch = {},
  ): Promise<DecodeJobs[K]['result']> {
    await ready
    signal?.throwIfAborted()
    if (!alive) throw starved('It was gone before the job.')

    const before = usage.look().cpuMs
    const timer = setTimeout(
      () => void kill(starved(`It had ${Math.round(usage.look().cpuMs - before)} ms in ${limits.wallMs}.`)),
      limits.wallMs,
    )
    const watch = setInterval(() => {
      const { cpuMs, rssMiB } = usage.look()
      if (cpuMs - before > limits.cpuMs)
        void kill(new ImageError('decode-timeout', `Decoding took more than ${limits.cpuMs} ms of CPU time.`))
      else if (rssMiB > limits.maxRssMiB)
        void kill(
          new ImageError('decode-memory', `Decoding took more than ${limits.maxRssMiB} MiB of memory.`),
        )
    }, watchEveryMs)
    const abort = () => void kill(signal?.reason)
    signal?.addEventListener('abort', abort)
    try {
      const result = await new Promise((resolve, reject) => {
        job = { resolve, reject, onPrepared }
        // A send that fails means a process that has ended, which `gone` answers.
        child.send({ kind, picture, options }, () => undefined)
      })
      // Some decoders never give back what they took; the next picture shall have all of the limit.
      if (usage.look().rssMiB > limits.maxRssMiB * 0.75) void kill(crash('It kept too much memory.'))
      return result as DecodeJobs[K]['result']
    } finally {
      job = undefined
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
}

type Settle<T> = { resolve: (value: T) => void; reject: (reason: unknown) => void }

function crash(how: string): ImageError {
  return new ImageError('decode-crash', 'The picture was not decoded: the decoding process died.', {
    cause: new Error(how.trim()),
  })
}

function starved(how: string): ImageError {
  return new ImageError('decode-starved', 'The machine had no time for the decoding process.', {
    cause: new Error(how.trim()),
  })
}

function failureOf({ code, message, cause }: Extract<DecodeMessage, { type: 'failed' }>): Error {
  const options = cause === undefined ? undefined : { cause }
  if (code === 'gone') return new PictureGoneError(message, options)
  return code ? new ImageError(code, message, options) : new Error(message, options)
}

import type { DecodeJobs, PictureSource } from './decode-job.js'
import { type DecodeLimits, type DecodeProcess, type JobWatch, startDecodeProcess } from './decode-process.js'
import { ImageError } from './image-error.js'
import type { Prepared, PrepareOptions } from './prepare.js'
import type { RenderOptions, Variant } from './render.js'

export type DecoderOptions = Partial<DecodeLimits> & {
  /** Child processes, and so jobs at once. Cores + 1 gives the most pictures a second. */
  readonly children: number
}

/** The variants never reject: they are undefined when they could not be made, and absent when not asked for. */
type PreparedAhead = Prepared & { readonly variants?: Promise<Variant[] | undefined> }

/**
 * Decodes pictures in child processes, so that no picture can harm the service: not its memory, not its time,
 * not its life. Jobs beyond the number of children wait in order, those that yield behind all others.
 *
 * Both jobs throw `ImageError`: `unsupported-image`, `invalid-image`, `too-many-pixels`, `decode-timeout`,
 * `decode-memory`, `decode-crash`, `decode-starved` (and `invalid-crop`), each for this one job only. With a
 * signal, an abort takes a waiting job out of the queue or kills a running one, and throws the signal's reason.
 * A file that is not there throws `PictureGoneError`; one that cannot be read is an error of the system.
 */
export type Decoder = {
  /**
   * Decodes the whole picture once: its upright preview, its placeholder and its size. With `ahead`, its variants come
   * from the same decoding, later than the rest.
   */
  prepare(picture: PictureSource, options: PrepareOptions, turn?: Turn): Promise<PreparedAhead>
  /**
   * Makes an avatar's variants, in the order of `sizes` and within one of `formats`. An animation that cannot be
   * made, being damaged behind its first frame or past a limit, is made a still.
   */
  render(picture: PictureSource, options: RenderOptions, turn?: Turn): Promise<Variant[]>
  /**
   * Refuses new and waiting jobs, lets running ones end (each has at most `wallMs` left) and resolves when
   * every child is gone.
   */
  close(): Promise<void>
}

/** When a job runs, and how it is taken back. */
export type Turn = {
  readonly signal?: AbortSignal | undefined
  /** It waits until no other does: nobody is waiting for it. */
  readonly yields?: boolean
}

/** One waiting job: `serve` runs it in a child and settles it. */
type Task = {
  readonly serve: (child: DecodeProcess) => Promise<unknown>
  readonly refuse: (reason: unknown) => void
}

/**
 * Starts the children and keeps them warm. A child that was killed or died is replaced at once; one that does
 * not even start is started again only for the next job, which then fails with `decode-starved`. Children give
 * way to every other process.
 *
 * @param options `cpuMs` (10,000) is the CPU time of one job, `maxRssMiB` (600) the resident memory of one child;
 *   both are looked at every 25 ms, and a job over either is killed. `wallMs` (120,000) is when a job is given up
 *   that did not get its CPU time
 */
export function openDecoder(options: DecoderOptions): Decoder {
  const { cpuMs = 10_000, wallMs = 120_000, maxRssMiB = 600 } = options
  const limits = { cpuMs, wallMs, maxRssMiB }
  const [waiting, yielding]: [Task[], Task[]] = [[], []]
  const idle: ((task: Task | undefined) => void)[] = []
  let closed = false

  let announceClosing: () => void = () => undefined
  const closing = new Promise<void>((resolve) => {
    announceClosing = resolve
  })

  const serving = Array.from({ length: options.children }, serveTasks)

  return {
    prepare: (picture, options, turn = {}) =>
      new Promise((resolve, reject) => {
        const onPrepared = (prepared: Prepared) => {
          if (options.ahead) resolve({ ...prepared, variants: made.catch(() => undefined) })
          else made.then(() => resolve(prepared), reject)
        }
        const made = enqueue('prepare', picture, options, { ...turn, onPrepared })
        // After the promise of variants, this rejects nothing any more.
        made.catch(reject)
      }),
    render: (picture, options, turn = {}) =>
      enqueue('render', picture, options, turn).catch((error: unknown) => {
        if (!(error instanceof ImageError) || (options.frames ?? 1) === 1) throw error
        return enqueue('render', picture, { ...options, frames: 1 }, turn)
      }),
    async close() {
      closed = true
      announceClosing()
      for (const task of [...waiting.splice(0), ...yielding.splice(0)])
        task.refuse(new Error('The decoder is closed'))
      for (const wake of idle.splice(0)) wake(undefined)
      await Promise.all(serving)
    },
  }

  /** One child after the other, one task after the other, until the decoder is closed. */
  async function serveTasks(): Promise<void> {
    let child = await startWarm()
    for (let task = await nextTask(); task; task = await nextTask()) {
      if (!child.alive()) child = startDecodeProcess(limits)
      await task.serve(child)
      if (!child.alive()) {
        await child.kill()
        child = await startWarm()
      }
    }
    await child.kill()
  }

  /** A child that is starting takes no task that a warm one could run. */
  async function startWarm(): Promise<DecodeProcess> {
    const child = startDecodeProcess(limits)
    await Promise.race([child.ready.catch(() => undefined), closing])
    return child
  }

  function nextTask(): Promise<Task | undefined> | Task | undefined {
    if (closed) return undefined
    return waiting.shift() ?? yielding.shift() ?? new Promise((resolve) => idle.push(resolve))
  }

  function enqueue<K extends keyof DecodeJobs>(
    kind: K,
    picture: PictureSource,
    options: DecodeJobs[K]['options'],
    watch: JobWatch & Turn,
  ): Promise<DecodeJobs[K]['result']> {
    const { signal } = watch
    const line = watch.yields ? yielding : waiting
    return new Promise((resolve, reject) => {
      if (closed) throw new Error('The decoder is closed')
      signal?.throwIfAborted()
      const task: Task = {
        serve(child) {
          signal?.removeEventListener('abort', leave)
          return child.run(kind, picture, options, watch).then(resolve, reject)
        },
        refuse: reject,
      }
      const leave = () => {
        line.splice(line.indexOf(task), 1)
        reject(signal?.reason)
      }
      const wake = idle.shift()
      if (wake) return wake(task)
      line.push(task)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }
}

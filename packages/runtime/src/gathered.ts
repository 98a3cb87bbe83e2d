import type { Payload } from './job.js'

/** A job as a service adds it. `key`: while one of its name and key waits or runs, another is not added. */
export type KeyedJob = { readonly name: string; readonly payload: Payload; readonly key: string }

/** What BullMQ is given: a job by itself, or several of one name that were added in one moment. */
export type Added<Job> = { readonly alone: Job } | { readonly name: string; readonly jobs: readonly Job[] }

// A job of BullMQ costs PostgreSQL 0.3 ms to add and several to fetch and end, whatever it carries. More together would
// leave the other workers idle while one of them works through it.
const mostTogether = 16
const prefix = 'gathered-'

/** Gathers those jobs of one name that may be; a job that came alone stays alone. */
export function gather<Job extends KeyedJob>(
  jobs: readonly Job[],
  gathers: (job: Job) => boolean,
): Added<Job>[] {
  const added: Added<Job>[] = []
  const byName = new Map<string, Job[]>()
  for (const job of jobs) {
    if (gathers(job)) byName.set(job.name, [...(byName.get(job.name) ?? []), job])
    else added.push({ alone: job })
  }
  for (const [name, ofName] of byName)
    for (let start = 0; start < ofName.length; start += mostTogether) {
      const [first, ...more] = ofName.slice(start, start + mostTogether)
      if (first) added.push(more.length > 0 ? { name, jobs: [first, ...more] } : { alone: first })
    }
  return added
}

/** The job of BullMQ that carries several. Its name is another, so that workers of an older release leave it to newer ones. */
export const carrierOf = ({ name, jobs }: { name: string; jobs: readonly KeyedJob[] }) => ({
  name: `${prefix}${name}`,
  data: { jobs: jobs.map(({ payload, key }) => ({ payload, key })) },
})

/** The name of the jobs that one of BullMQ is about. */
export const carriedName = (name: string): string =>
  name.startsWith(prefix) ? name.slice(prefix.length) : name

/** The jobs that one of BullMQ carries; undefined when it is one by itself. */
export function carriedJobs(name: string, data: unknown): KeyedJob[] | undefined {
  if (!name.startsWith(prefix)) return undefined
  const { jobs } = data as ReturnType<typeof carrierOf>['data']
  return jobs.map((job) => ({ ...job, name: carriedName(name) }))
}

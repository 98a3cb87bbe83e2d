import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Choice } from '../../ui/choice.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { Skeleton } from '../../ui/skeleton.js'
import { useCauses } from '../ui/causes.js'
import { Person } from '../ui/person.js'
import type { Service } from '../ui/services.js'
import { useTrailWords } from '../ui/trail-words.js'
import { useAddress } from '../ui/use-address.js'
import {
  type JobState,
  jobStates,
  listJobs,
  listQueues,
  MOST_JOBS,
  type Queue,
  type QueuedJob,
} from './list-queues.js'
import { queueTexts } from './queue-words.js'

/** The jobs of one queue, by their state, which the address keeps. */
export function QueueDrawer(props: { service: Service; kind: Queue['kind']; onClose: () => void }) {
  const { service, kind, onClose } = props
  const words = useTexts(texts)
  const { kinds, states } = useTexts(queueTexts)
  const { number } = useFormats()
  const { params, change } = useAddress()
  const asked = params.get('state')
  const state: JobState = jobStates.find((one) => one === asked) ?? 'waiting'
  const counts = useQuery(listQueues(service)).data?.find((queue) => queue.kind === kind)?.counts
  const list = useQuery(listJobs(service, kind, state))
  const choices = Object.fromEntries(
    jobStates.map((one) => [one, counts ? words.counted(states[one], number(counts[one])) : states[one]]),
  )
  return (
    <Dialog place="side" title={kinds[kind]} onClose={onClose}>
      <Choice
        label={words.state}
        value={state}
        choices={choices}
        name="state"
        onChoose={(chosen) => change({ state: chosen }, { replace: true })}
      />
      {state === 'failed' && (
        <Link
          href="/console/failures"
          className="inline-flex min-h-11 items-center font-medium text-accent underline-offset-4 hover:underline"
        >
          {words.retry}
        </Link>
      )}
      {list.error && <FaultNotice fault={asFault(list.error)} again={() => void list.refetch()} />}
      {list.isPending && <Skeleton className="h-64 w-full" />}
      {list.data?.length === 0 && <p className="text-soft">{words.none}</p>}
      {list.data && list.data.length > 0 && (
        <ol aria-label={words.list} className="divide-y divide-line">
          {list.data.map((job) => (
            <Job key={job.id} job={job} />
          ))}
        </ol>
      )}
      {list.data && list.data.length >= MOST_JOBS && (
        <p className="text-sm text-soft">{words.first(number(MOST_JOBS))}</p>
      )}
    </Dialog>
  )
}

function Job({ job }: { job: QueuedJob }) {
  const words = useTexts(texts)
  const { number } = useFormats()
  const { nameOf, sayValue } = useTrailWords()
  const causeOf = useCauses()
  const { name, payload, attempts, addedAt, startedAt, nextAt, cause } = job
  return (
    <li className="space-y-1 py-3 text-sm">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <b className="font-semibold">{name}</b>
        <span className="text-soft">
          {words.added} <Moment at={addedAt} look="ago" />
        </span>
      </p>
      <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-4 gap-y-0.5">
        {Object.entries(payload).map(([field, value]) => (
          <Fact key={field} name={field === 'userId' ? words.user : nameOf(field)}>
            {field === 'userId' ? (
              <Person id={String(value)} />
            ) : field === 'uploadId' ? (
              <Link
                href={`/console/uploads?upload=${value}`}
                className="text-accent underline-offset-4 hover:underline"
              >
                <code className="text-xs break-all">{value}</code>
              </Link>
            ) : (
              <code className="text-xs break-all">{sayValue(field, value)}</code>
            )}
          </Fact>
        ))}
        <Fact name={words.attempts}>{number(attempts)}</Fact>
        {startedAt !== null && (
          <Fact name={words.started}>
            <Moment at={startedAt} look="ago" />
          </Fact>
        )}
        {nextAt !== null && (
          <Fact name={words.next}>
            <Moment at={nextAt} look="ago" />
          </Fact>
        )}
      </dl>
      {cause !== null && <p className="text-danger wrap-anywhere">{causeOf(cause)}</p>}
    </li>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="contents">
    <dt className="text-soft">{name}</dt>
    <dd>{children}</dd>
  </div>
)

const texts = textsOf({
  en: {
    state: 'State',
    counted: (state: string, count: string) => `${state} (${count})`,
    list: 'Jobs',
    none: 'There is no such job.',
    retry: 'See in Failures what can be tried again',
    first: (count: string) => `These are the first ${count}.`,
    added: 'added',
    user: 'User',
    attempts: 'Attempts before',
    started: 'Last begun',
    next: 'Tried',
  },
  fr: {
    state: 'État',
    counted: (state: string, count: string) => `${state} (${count})`,
    list: 'Tâches',
    none: 'Il n’y a aucune tâche de ce genre.',
    retry: 'Voir dans Échecs ce qui peut être retenté',
    first: (count: string) => `Voici les ${count} premières.`,
    added: 'ajoutée',
    user: 'Utilisateur',
    attempts: 'Tentatives',
    started: 'Commencée',
    next: 'Essai',
  },
})

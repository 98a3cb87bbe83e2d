import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Moment } from '../../ui/moment.js'
import { PageTitle } from '../../ui/page-title.js'
import { closeDrawer, fromList } from '../ui/close-drawer.js'
import type { Column } from '../ui/data-table.js'
import { ServiceTable } from '../ui/service-table.js'
import { type Service, serviceOf, services } from '../ui/services.js'
import { useAddress } from '../ui/use-address.js'
import { jobStates, listQueues, type Queue } from './list-queues.js'
import { QueueDrawer } from './queue-drawer.js'
import { queueTexts } from './queue-words.js'

/** How much work waits, by its kind, in both services. */
export default function QueuesPage() {
  const words = useTexts(texts)
  const { kinds } = useTexts(queueTexts)
  const { params, change } = useAddress()
  const service = serviceOf(params)
  const kind = params.get('kind')
  return (
    <>
      <PageTitle title={words.title} lead={words.lead} />
      <div className="space-y-8">
        {services.map((one) => (
          <QueuesOf key={one} service={one} />
        ))}
      </div>
      {kind !== null && kind in kinds && (
        <QueueDrawer
          key={`${service} ${kind}`}
          service={service}
          kind={kind as Queue['kind']}
          onClose={() =>
            closeDrawer(() =>
              change({ service: undefined, kind: undefined, state: undefined }, { replace: true }),
            )
          }
        />
      )}
    </>
  )
}

function QueuesOf({ service }: { service: Service }) {
  const { change, params } = useAddress()
  const list = useQuery(listQueues(service))
  const columns = useColumns(service)
  return (
    <ServiceTable
      service={service}
      list={list}
      open={params.get('kind')}
      columns={columns}
      rows={list.data}
      keyOf={({ kind }) => kind}
      expected={service === 'media' ? 7 : 3}
      onOpen={({ kind }) => change({ service, kind, state: undefined }, { state: fromList })}
    />
  )
}

function useColumns(service: Service): Column<Queue>[] {
  const words = useTexts(texts)
  const { kinds, states } = useTexts(queueTexts)
  const { number } = useFormats()
  const { hrefWith } = useAddress()
  return [
    {
      key: 'kind',
      name: words.kind,
      width: 10,
      cell: ({ kind }) => (
        <Link
          href={hrefWith({ service, kind, state: undefined })}
          state={fromList}
          className="inline-flex min-h-9 items-center font-medium underline-offset-4 hover:underline"
        >
          {kinds[kind]}
        </Link>
      ),
    },
    ...jobStates.map(
      (state): Column<Queue> => ({
        key: state,
        name: states[state],
        width: 5,
        end: true,
        cell: ({ kind, counts }) =>
          counts[state] === 0 ? (
            <span className="text-soft">{number(0)}</span>
          ) : (
            <Link
              href={hrefWith({ service, kind, state })}
              state={fromList}
              aria-label={words.open(number(counts[state]), states[state], kinds[kind])}
              className={`inline-flex min-h-9 items-center font-semibold underline-offset-4 hover:underline ${state === 'failed' ? 'text-danger' : 'text-accent'}`}
            >
              {number(counts[state])}
            </Link>
          ),
      }),
    ),
    {
      key: 'since',
      name: words.since,
      width: 9,
      cell: ({ waitingSince }) => (waitingSince === null ? '–' : <Moment at={waitingSince} look="ago" />),
    },
    {
      key: 'jobs',
      name: words.jobs,
      width: 20,
      cell: ({ jobs }) => (
        <span className="text-soft" title={jobs.join(', ')}>
          {jobs.join(', ')}
        </span>
      ),
    },
  ]
}

const texts = textsOf({
  en: {
    title: 'Queues',
    lead: 'The jobs that workers have yet to do, by kind. A job that is done leaves its queue.',
    open: (count: string, state: string, kind: string) => `${count}: ${kind}, ${state}`,
    kind: 'Kind',
    jobs: 'Jobs',
    since: 'Next waits since',
  },
  fr: {
    title: 'Files',
    lead: 'Les tâches que les workers ont encore à faire, par genre. Une tâche terminée quitte sa file.',
    open: (count: string, state: string, kind: string) => `${count} : ${kind}, ${state}`,
    kind: 'Genre',
    jobs: 'Tâches',
    since: 'La prochaine attend',
  },
})

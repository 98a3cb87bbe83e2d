import type { Me } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { textsOf, useTexts } from '../../language/texts.js'
import { Moment } from '../../ui/moment.js'
import { PageTitle } from '../../ui/page-title.js'
import { closeDrawer, fromList } from '../ui/close-drawer.js'
import type { Column } from '../ui/data-table.js'
import { ServiceTable } from '../ui/service-table.js'
import { type Service, serviceOf, services } from '../ui/services.js'
import { useAddress } from '../ui/use-address.js'
import { isUnderWay, listUpkeep, type Task } from './list-upkeep.js'
import { RunStatus } from './run-status.js'
import { TaskDrawer } from './task-drawer.js'
import { useTaskWords } from './task-words.js'

/** The tasks that keep both services in order. */
export default function UpkeepPage({ me }: { me: Me }) {
  const words = useTexts(texts)
  const { params, change } = useAddress()
  const service = serviceOf(params)
  const name = params.get('task')
  const hasInbox = useQuery(listUpkeep('accounts')).data?.hasInbox
  return (
    <>
      <PageTitle title={words.title} lead={me.role === 'admin' ? words.lead : words.leadOfManagers} />
      <div className="space-y-8">
        {services.map((one) => (
          <Tasks key={one} service={one} />
        ))}
        {me.role === 'admin' && (
          <p>
            <Link
              href="/console/queues"
              className="inline-flex min-h-11 items-center font-medium text-accent underline-offset-4 hover:underline"
            >
              {words.queues}
            </Link>{' '}
            <span className="text-sm text-soft">{words.queuesHint}</span>
          </p>
        )}
        {hasInbox && (
          <p>
            <a
              href="/inbox"
              className="inline-flex min-h-11 items-center font-medium text-accent underline-offset-4 hover:underline"
            >
              {words.inbox}
            </a>{' '}
            <span className="text-sm text-soft">{words.inboxHint}</span>
          </p>
        )}
      </div>
      {name !== null && (
        <TaskDrawer
          key={`${service} ${name}`}
          service={service}
          name={name}
          me={me}
          onClose={() =>
            closeDrawer(() => change({ service: undefined, task: undefined }, { replace: true }))
          }
        />
      )}
    </>
  )
}

function Tasks({ service }: { service: Service }) {
  const { change, params } = useAddress()
  const list = useQuery(listUpkeep(service))
  const columns = useColumns()
  return (
    <ServiceTable
      service={service}
      list={list}
      open={params.get('task')}
      columns={columns}
      rows={list.data?.tasks}
      keyOf={({ name }) => name}
      expected={service === 'media' ? 9 : 6}
      onOpen={({ name }) => change({ service, task: name }, { state: fromList })}
    />
  )
}

function useColumns(): Column<Task>[] {
  const words = useTexts(texts)
  const whatDoes = useTaskWords()
  const { hrefWith } = useAddress()
  return [
    {
      key: 'name',
      name: words.name,
      width: 11,
      cell: ({ service, name }) => (
        <Link
          href={hrefWith({ service, task: name })}
          state={fromList}
          className="inline-flex min-h-9 items-center font-medium underline-offset-4 hover:underline"
        >
          {name}
        </Link>
      ),
    },
    {
      key: 'description',
      name: words.does,
      width: 22,
      cell: (task) => <span title={whatDoes(task.service, task)}>{whatDoes(task.service, task)}</span>,
    },
    {
      key: 'schedule',
      name: words.schedule,
      width: 9,
      cell: ({ schedule }) => <code className="text-xs">{schedule}</code>,
    },
    {
      key: 'next',
      name: words.next,
      width: 9,
      cell: (task) =>
        isUnderWay(task) ? words.now : task.nextRunAt ? <Moment at={task.nextRunAt} look="ago" /> : '–',
    },
    {
      key: 'last',
      name: words.last,
      width: 9,
      cell: ({ lastRun }) =>
        lastRun === null ? words.never : <Moment at={lastRun.startedAt ?? lastRun.askedAt} look="ago" />,
    },
    {
      key: 'result',
      name: words.result,
      width: 10,
      cell: ({ lastRun }) => lastRun && <RunStatus run={lastRun} />,
    },
  ]
}

const texts = textsOf({
  en: {
    title: 'Upkeep',
    lead: 'What runs by itself, and when. Open a task to run it now, or to count what it would do.',
    leadOfManagers: 'What runs by itself, and when. Only administrators run a task now.',
    name: 'Task',
    does: 'Does',
    schedule: 'Schedule (UTC)',
    next: 'Next run',
    now: 'now',
    last: 'Last run',
    never: 'never',
    result: 'Result',
    queues: 'Queues',
    queuesHint: 'The jobs that wait, run or failed, by kind.',
    inbox: 'Local inbox',
    inboxHint: 'The e-mails of a deployment without a mail server.',
  },
  fr: {
    title: 'Entretien',
    lead: 'Ce qui s’exécute tout seul, et quand. Ouvrez une tâche pour la lancer maintenant, ou pour compter ce qu’elle ferait.',
    leadOfManagers:
      'Ce qui s’exécute tout seul, et quand. Seuls les administrateurs lancent une tâche maintenant.',
    name: 'Tâche',
    does: 'Fait',
    schedule: 'Horaire (UTC)',
    next: 'Prochaine',
    now: 'maintenant',
    last: 'Dernière',
    never: 'jamais',
    result: 'Résultat',
    queues: 'Files',
    queuesHint: 'Les tâches qui attendent, s’exécutent ou ont échoué, par genre.',
    inbox: 'Boîte de réception locale',
    inboxHint: 'Les e-mails d’un déploiement sans serveur de messagerie.',
  },
})

import type { Me, UpkeepRun } from '@likeness/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { Skeleton } from '../../ui/skeleton.js'
import { Details } from '../ui/changes.js'
import { NamesOf } from '../ui/names.js'
import { Person } from '../ui/person.js'
import type { Service } from '../ui/services.js'
import { readTask, runTask, upkeepKey } from './list-upkeep.js'
import { RunStatus } from './run-status.js'
import { useTaskWords } from './task-words.js'

/** One task with its newest runs; administrators run it now, or have it only count. */
export function TaskDrawer(props: { service: Service; name: string; me: Me; onClose: () => void }) {
  const { service, name, me, onClose } = props
  const words = useTexts(texts)
  const whatDoes = useTaskWords()
  const queries = useQueryClient()
  const task = useQuery(readTask({ service, name }))
  const run = useMutation({
    mutationFn: (dryRun: boolean) => runTask({ service, name }, dryRun),
    onSettled: () => queries.invalidateQueries({ queryKey: upkeepKey }),
  })
  const runs = task.data?.runs ?? []
  return (
    <Dialog place="side" title={name} onClose={onClose}>
      {task.error && <FaultNotice fault={asFault(task.error)} again={() => void task.refetch()} />}
      {run.error && <FaultNotice fault={asFault(run.error)} />}
      {task.isPending && <Skeleton className="h-96 w-full" />}
      {task.data && (
        <>
          <p className="first-letter:uppercase">{whatDoes(service, task.data)}</p>
          <p className="text-sm text-soft">
            <code>{task.data.schedule}</code> ·{' '}
            {task.data.nextRunAt ? (
              <>
                {words.next} <Moment at={task.data.nextRunAt} />
              </>
            ) : (
              words.off
            )}
          </p>
          {me.role === 'admin' ? (
            <div className="flex flex-wrap gap-3">
              <Button busy={run.isPending && run.variables} onClick={() => run.mutate(true)}>
                {words.dryRun}
              </Button>
              <Button look="primary" busy={run.isPending && !run.variables} onClick={() => run.mutate(false)}>
                {words.run}
              </Button>
            </div>
          ) : (
            <p className="text-sm text-soft">{words.onlyAdmins}</p>
          )}
          <section aria-label={words.runs} aria-live="polite">
            <h3 className="mb-3 text-lg font-semibold">{words.runs}</h3>
            {runs.length === 0 && <p className="text-soft">{words.none}</p>}
            <NamesOf ids={runs.flatMap(({ actorId }) => actorId ?? [])}>
              <ol className="divide-y divide-line">
                {runs.map((one) => (
                  <Run key={one.id} run={one} />
                ))}
              </ol>
            </NamesOf>
          </section>
        </>
      )}
    </Dialog>
  )
}

function Run({ run }: { run: UpkeepRun }) {
  const words = useTexts(texts)
  const { number } = useFormats()
  const { askedAt, startedAt, durationMs, startedBy, actorId, result, error } = run
  return (
    <li className="py-3">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <RunStatus run={run} />
        <Moment at={startedAt ?? askedAt} />
        {durationMs !== null && <span className="text-sm text-soft">{words.took(number(durationMs))}</span>}
        <span className="inline-flex items-center gap-1.5 text-sm text-soft">
          {words.by[startedBy]} {actorId !== null && <Person id={actorId} />}
        </span>
      </p>
      {error !== null && <p className="mt-1 text-sm text-danger wrap-anywhere">{error}</p>}
      {result && <Details details={result} />}
    </li>
  )
}

const texts = textsOf({
  en: {
    next: 'next',
    off: 'never by itself',
    dryRun: 'Count what it would do',
    run: 'Run now',
    onlyAdmins: 'Only administrators run a task now.',
    runs: 'Newest runs',
    none: 'It has not run yet.',
    took: (milliseconds: string) => `${milliseconds} ms`,
    by: { schedule: 'by its schedule', cli: 'by a command', http: 'asked for by' },
  },
  fr: {
    next: 'prochaine',
    off: 'jamais toute seule',
    dryRun: 'Compter ce qu’elle ferait',
    run: 'Lancer maintenant',
    onlyAdmins: 'Seuls les administrateurs lancent une tâche maintenant.',
    runs: 'Dernières exécutions',
    none: 'Elle n’a pas encore été exécutée.',
    took: (milliseconds: string) => `${milliseconds} ms`,
    by: { schedule: 'par son horaire', cli: 'par une commande', http: 'demandée par' },
  },
})

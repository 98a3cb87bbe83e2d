import type { FailureGroup } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Empty } from '../../ui/empty.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { PageTitle } from '../../ui/page-title.js'
import { Tag } from '../../ui/tag.js'
import { useCauses } from '../ui/causes.js'
import { closeDrawer, fromList } from '../ui/close-drawer.js'
import { type Column, DataTable } from '../ui/data-table.js'
import { fromStart, useAddress } from '../ui/use-address.js'
import { CauseDrawer } from './cause-drawer.js'
import { stepTexts } from './failure-words.js'
import { type About, aboutOf, listFailures } from './list-failures.js'

/** What failed or waits too long, by its cause. */
export default function FailuresPage() {
  const words = useTexts(texts)
  const { params, change, hrefWith } = useAddress()
  const list = useQuery(listFailures())
  const about = aboutOf(params)
  const columns = useColumns(({ step, cause, state }) => hrefWith(fromStart({ step, cause, state })))
  return (
    <>
      <PageTitle title={words.title} lead={words.lead} />
      {list.error && <FaultNotice fault={asFault(list.error)} again={() => void list.refetch()} />}
      {(list.data || !list.error) && (
        <DataTable
          label={words.title}
          expected={4}
          columns={columns}
          rows={list.data?.items}
          keyOf={keyOf}
          openKey={about && keyOf(about)}
          onOpen={({ step, cause, state }) => change(fromStart({ step, cause, state }), { state: fromList })}
          empty={
            <Empty title={words.none}>
              <p>{words.noneText}</p>
            </Empty>
          }
        />
      )}
      {about && (
        <CauseDrawer
          key={keyOf(about)}
          about={about}
          onClose={() =>
            closeDrawer(() =>
              change(fromStart({ step: undefined, cause: undefined, state: undefined }), { replace: true }),
            )
          }
        />
      )}
    </>
  )
}

const keyOf = ({ step, cause, state }: About): string => `${step} ${cause} ${state}`

function useColumns(hrefOf: (group: FailureGroup) => string): Column<FailureGroup>[] {
  const words = useTexts(texts)
  const steps = useTexts(stepTexts)
  const causeOf = useCauses()
  const { number } = useFormats()
  return [
    {
      key: 'cause',
      name: words.cause,
      width: 22,
      cell: (group) => (
        <Link
          href={hrefOf(group)}
          state={fromList}
          className="inline-flex min-h-9 max-w-full items-center gap-2 font-medium underline-offset-4 hover:underline"
        >
          <span className="truncate">{causeOf(group.cause)}</span>
        </Link>
      ),
    },
    {
      key: 'code',
      name: words.code,
      width: 12,
      cell: ({ cause }) => <code className="text-xs">{cause}</code>,
    },
    { key: 'step', name: words.step, width: 10, cell: ({ step }) => steps[step] },
    {
      key: 'state',
      name: words.state,
      width: 8,
      cell: ({ state }) => <Tag look={state === 'waiting' ? 'bad' : 'plain'}>{words.states[state]}</Tag>,
    },
    { key: 'count', name: words.count, width: 6, end: true, cell: ({ count }) => number(count) },
    { key: 'since', name: words.since, width: 12, cell: ({ since }) => <Moment at={since} /> },
    {
      key: 'lastAt',
      name: words.lastAt,
      width: 12,
      cell: ({ lastAt }) => (lastAt === null ? '–' : <Moment at={lastAt} />),
    },
  ]
}

const texts = textsOf({
  en: {
    title: 'Failures',
    lead: 'What waits is tried again by itself, more rarely the longer it takes. What has ended in the last seven days is listed too.',
    none: 'Nothing failed, and nothing waits too long',
    noneText: 'Whatever does appears here by its cause.',
    cause: 'Cause',
    code: 'Code',
    step: 'While',
    state: 'State',
    states: { waiting: 'waiting', ended: 'ended' },
    count: 'How many',
    since: 'Since',
    lastAt: 'Last try',
  },
  fr: {
    title: 'Échecs',
    lead: 'Ce qui attend est retenté tout seul, de moins en moins souvent. Ce qui a pris fin dans les sept derniers jours figure aussi dans la liste.',
    none: 'Rien n’a échoué, et rien n’attend trop longtemps',
    noneText: 'Ce qui échoue apparaît ici, par cause.',
    cause: 'Cause',
    code: 'Code',
    step: 'Pendant',
    state: 'État',
    states: { waiting: 'en attente', ended: 'terminé' },
    count: 'Combien',
    since: 'Depuis',
    lastAt: 'Dernier essai',
  },
})

import type { Takedown } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Notice } from '../../ui/notice.js'
import { Skeleton } from '../../ui/skeleton.js'
import { Tag } from '../../ui/tag.js'
import { NamesOf } from '../ui/names.js'
import { Person } from '../ui/person.js'
import { lookOf, uploadWords } from '../ui/statuses.js'
import { readOutcome } from './find-uses.js'

/** How a take-down went, in all and for each owner. */
export function Outcome({ made }: { made: Takedown }) {
  const words = useTexts(texts)
  const { statuses } = useTexts(uploadWords)
  const { number } = useFormats()
  const outcome = useQuery(readOutcome(made.uploadId, made.alike, made.id))
  const { uploads, finishedAt, blockedImageId } = outcome.data?.takedown ?? made
  const uses = outcome.data?.uses ?? []
  const owners = [...new Set(uses.map(({ userId }) => userId))]
  const counted = Object.entries(words.counts) as [keyof typeof words.counts, string][]
  return (
    <section aria-label={words.title} className="space-y-5">
      <Notice kind="done" title={finishedAt === null ? words.goesOn : words.done}>
        <ul>
          {counted
            .filter(([name]) => uploads[name] > 0)
            .map(([name, text]) => (
              <li key={name}>
                {text}: {number(uploads[name])}
              </li>
            ))}
          {blockedImageId !== null && <li>{words.blocked}</li>}
        </ul>
      </Notice>
      {outcome.error && <FaultNotice fault={asFault(outcome.error)} again={() => void outcome.refetch()} />}
      {outcome.isPending && <Skeleton className="h-40 w-full rounded-2xl" />}
      <NamesOf ids={owners}>
        <ul aria-label={words.owners} className="divide-y divide-line rounded-2xl border border-line bg-card">
          {owners.map((owner) => (
            <li key={owner} className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
              <Person id={owner} />
              <span className="flex flex-wrap gap-2">
                {uses
                  .filter(({ userId }) => userId === owner)
                  .map(({ uploadId, status }) => (
                    <Link
                      key={uploadId}
                      href={`/console/uploads?upload=${uploadId}`}
                      aria-label={words.open(statuses[status])}
                      className="inline-flex min-h-9 items-center hover:underline"
                    >
                      <Tag look={lookOf(status)}>{statuses[status]}</Tag>
                    </Link>
                  ))}
              </span>
            </li>
          ))}
        </ul>
      </NamesOf>
      <Link
        href="/console/take-down"
        className="inline-flex min-h-11 items-center font-medium text-accent underline-offset-4 hover:underline"
      >
        {words.another}
      </Link>
    </section>
  )
}

const texts = textsOf({
  en: {
    title: 'What was done',
    done: 'Taken down',
    goesOn: 'Taken down; a worker goes on with the rest',
    blocked: 'It is on the deny-list now.',
    owners: 'What was done, by owner',
    open: (status: string) => `${status}, opens the upload`,
    another: 'Another picture',
    counts: {
      withdrawn: 'withdrawn',
      refused: 'refused',
      held: 'held back',
      left: 'left as they were',
      gone: 'closed or erased meanwhile',
      waiting: 'still to do',
    },
  },
  fr: {
    title: 'Ce qui a été fait',
    done: 'Retirée',
    goesOn: 'Retirée ; un processus s’occupe du reste',
    blocked: 'Elle est maintenant sur la liste de blocage.',
    owners: 'Ce qui a été fait, par propriétaire',
    open: (status: string) => `${status}, ouvre l’envoi`,
    another: 'Une autre photo',
    counts: {
      withdrawn: 'retirés',
      refused: 'refusés',
      held: 'retenus',
      left: 'laissés tels quels',
      gone: 'clos ou effacés entre-temps',
      waiting: 'encore à faire',
    },
  },
})

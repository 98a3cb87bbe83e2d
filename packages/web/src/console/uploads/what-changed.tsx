import type { Upload } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'
import { Moment } from '../../ui/moment.js'
import { ChangeList } from '../ui/changes.js'
import { Person } from '../ui/person.js'
import { uploadWords } from '../ui/statuses.js'
import type { Read } from './read-upload.js'

/** How an upload differs from what was seen, and who did that last. */
export function WhatChanged({ seen, now }: { seen: Upload; now: Read }) {
  const words = useTexts(texts)
  const { events } = useTexts(uploadWords)
  const last = now.trail.at(-1)
  const [before, after] = [factsOf(seen), factsOf(now.seen?.upload)]
  const changes = Object.fromEntries(
    (['status', 'version', 'held', 'altText'] as const)
      .filter((field) => before[field] !== after[field])
      .map((field) => [field, { before: before[field], after: after[field] }]),
  )
  return (
    <div>
      <ChangeList changes={changes} />
      {last && (
        <p className="mt-2 flex flex-wrap items-center gap-x-1.5 text-sm">
          {words.last} <b className="font-semibold">{events[last.type]}</b> <Moment at={last.at} />
          {last.actorId !== null && <Person id={last.actorId} />}
        </p>
      )}
    </div>
  )
}

const factsOf = (upload: Upload | undefined) => ({
  status: upload?.status ?? 'erased',
  version: upload?.avatar?.version ?? null,
  held: upload?.heldByOperator ?? false,
  altText: upload?.altText ?? null,
})

const texts = textsOf({ en: { last: 'Last:' }, fr: { last: 'En dernier :' } })

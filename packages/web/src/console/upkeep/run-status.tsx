import type { UpkeepRun } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'
import { Tag } from '../../ui/tag.js'

const looks = {
  waiting: 'plain',
  running: 'plain',
  done: 'good',
  partly: 'bad',
  failed: 'bad',
  killed: 'bad',
  skipped: 'plain',
} as const

/** How a run went. */
export function RunStatus({ run: { status, dryRun } }: { run: UpkeepRun }) {
  const words = useTexts(texts)
  return (
    <span className="inline-flex gap-1">
      <Tag look={looks[status]}>{words.statuses[status]}</Tag>
      {dryRun && <Tag>{words.dryRun}</Tag>}
    </span>
  )
}

const texts = textsOf({
  en: {
    statuses: {
      waiting: 'waiting',
      running: 'running',
      done: 'done',
      partly: 'partly done',
      failed: 'failed',
      killed: 'killed',
      skipped: 'skipped',
    },
    dryRun: 'only counted',
  },
  fr: {
    statuses: {
      waiting: 'en attente',
      running: 'en cours',
      done: 'terminé',
      partly: 'terminé en partie',
      failed: 'échoué',
      killed: 'interrompu',
      skipped: 'passé',
    },
    dryRun: 'compté seulement',
  },
})

import { useState } from 'react'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { type BulkAct, bulkActs } from './bulk.js'
import { BulkDialog } from './bulk-dialog.js'
import { bulkWords } from './bulk-words.js'
import { MOST_SELECTED } from './use-selection.js'

/** What may be done to the selected rows. */
export function BulkBar({ ids, onClear }: { ids: readonly string[]; onClear: () => void }) {
  const words = useTexts(texts)
  const names = useTexts(bulkWords)
  const { plural, number } = useFormats()
  const [act, setAct] = useState<BulkAct>()
  return (
    <section
      aria-label={words.label}
      className="sticky bottom-3 z-10 mt-3 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-2xl border border-edge bg-card p-3 shadow-lift"
    >
      <p role="status" className="px-2 font-medium tabular-nums">
        {number(ids.length)} {plural(ids.length, words.selected)}{' '}
        {ids.length === MOST_SELECTED && <span className="font-normal text-soft">{words.most}</span>}
      </p>
      {bulkActs.map((one) => (
        <Button key={one} onClick={() => setAct(one)}>
          {names[one].name}…
        </Button>
      ))}
      <Button look="quiet" onClick={onClear}>
        {words.clear}
      </Button>
      {act && <BulkDialog act={act} ids={ids} onClose={() => setAct(undefined)} />}
    </section>
  )
}

const texts = textsOf({
  en: {
    label: 'Selected uploads',
    selected: { one: 'upload selected', other: 'uploads selected' },
    clear: 'Clear the selection',
    most: 'More cannot be selected at once.',
  },
  fr: {
    label: 'Envois sélectionnés',
    selected: { one: 'envoi sélectionné', other: 'envois sélectionnés' },
    clear: 'Effacer la sélection',
    most: 'On ne peut pas en sélectionner davantage à la fois.',
  },
})

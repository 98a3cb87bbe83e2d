import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { useAddress } from '../ui/use-address.js'
import { columnKeys, nameColumns, shownColumns, useColumns } from './columns.js'

/** Chooses the columns, which the address keeps: whoever gets it sees the same table. */
export function ColumnsDialog({ onClose }: { onClose: () => void }) {
  const words = useTexts(texts)
  const { params, change } = useAddress()
  const columns = useColumns(() => '')
  const shown = shownColumns(params.get('columns'))
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p className="text-sm text-soft">{words.lead}</p>
      <fieldset className="grid gap-x-6 sm:grid-cols-2">
        <legend className="sr-only">{words.title}</legend>
        {columnKeys.map((key) => (
          <label key={key} className="flex min-h-10 items-center gap-3">
            <input
              type="checkbox"
              checked={shown.includes(key)}
              disabled={key === 'filename'}
              onChange={({ target }) => {
                const next = columnKeys.filter((one) => (one === key ? target.checked : shown.includes(one)))
                change({ columns: nameColumns(next) }, { replace: true })
              }}
              className="size-4.5 accent-accent"
            />
            {columns[key].name}
          </label>
        ))}
      </fieldset>
      <Button onClick={() => change({ columns: undefined }, { replace: true })}>{words.reset}</Button>
    </Dialog>
  )
}

const texts = textsOf({
  en: {
    title: 'Columns',
    lead: 'The choice is part of the address: share or bookmark it.',
    reset: 'Show the usual ones',
  },
  fr: {
    title: 'Colonnes',
    lead: 'Le choix fait partie de l’adresse : partagez-la ou gardez-la en favori.',
    reset: 'Afficher celles par défaut',
  },
})

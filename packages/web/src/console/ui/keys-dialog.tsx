import { useState } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Dialog } from '../../ui/dialog.js'

/** What the keys can reach on the page as it is. */
const reachOfPage = () => {
  const has = (selector: string) => document.querySelector(`#main ${selector}`) !== null
  return {
    search: has('input[type=search]'),
    rows: has('tbody a[href]'),
    selection: has('tbody input[type=checkbox]'),
  }
}

/** The keys of a page of the console. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const words = useTexts(texts)
  const [{ search, rows, selection }] = useState(reachOfPage)
  const { keys } = words
  const shown = [
    ...(search ? [['/', keys.search]] : []),
    ...(rows
      ? [
          ['j k', selection ? keys.rowsAndOpen : keys.rows],
          ['Enter', keys.open],
        ]
      : []),
    ...(selection ? [['x', keys.select]] : []),
    ['Escape', keys.close],
    ['?', keys.help],
  ] as const
  return (
    <Dialog title={words.title} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-6 gap-y-3">
        {shown.map(([key, does]) => (
          <div key={key} className="contents">
            <dt>
              {key.split(' ').map((one) => (
                <kbd
                  key={one}
                  className="mr-1 inline-grid min-w-8 place-items-center rounded-lg border border-edge bg-sunk px-2 py-1 font-mono text-sm"
                >
                  {one}
                </kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className="text-sm text-soft">{words.typing}</p>
    </Dialog>
  )
}

const texts = textsOf({
  en: {
    title: 'Keys',
    keys: {
      search: 'Search',
      rows: 'Next row, previous row',
      rowsAndOpen: 'Next row, previous row; with an upload open, the next one, the previous one',
      open: 'Open the row',
      select: 'Select the row',
      close: 'Close',
      help: 'This list',
    },
    typing: 'While you type in a field, they are letters.',
  },
  fr: {
    title: 'Touches',
    keys: {
      search: 'Rechercher',
      rows: 'Ligne suivante, ligne précédente',
      rowsAndOpen: 'Ligne suivante, ligne précédente ; avec un envoi ouvert, le suivant, le précédent',
      open: 'Ouvrir la ligne',
      select: 'Sélectionner la ligne',
      close: 'Fermer',
      help: 'Cette liste',
    },
    typing: 'Pendant que vous saisissez dans un champ, ce sont des lettres.',
  },
})

import { useState } from 'react'
import { KeysDialog } from './keys-dialog.js'
import { useKeys } from './use-keys.js'

/** The keys that every page of the console has: `/` for its search, `j` and `k` for its rows, `?` for their list. */
export function ListKeys() {
  const [isListed, setListed] = useState(false)
  useKeys({
    '/': () => document.querySelector<HTMLInputElement>('#main input[type=search]')?.select(),
    j: () => focusRow(1),
    k: () => focusRow(-1),
    '?': () => setListed(true),
  })
  return isListed && <KeysDialog onClose={() => setListed(false)} />
}

/** Moves focus to the link of the next or the previous row, which Enter follows. */
function focusRow(by: 1 | -1): void {
  const links = [...document.querySelectorAll('#main tbody tr')].flatMap(
    (row) => row.querySelector<HTMLElement>('a[href]') ?? [],
  )
  const index = links.findIndex((link) => link.closest('tr')?.contains(document.activeElement))
  links[index === -1 ? 0 : Math.max(0, Math.min(links.length - 1, index + by))]?.focus()
}

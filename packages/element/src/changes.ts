import type { ProfileAvatar } from '@likeness/client'
import type { Person } from './addresses.js'

/** A picture that changed. Without `avatar` it was taken away or brought back: only its stable address is known. */
export type Change = {
  /** The origin of Likeness. */
  readonly url: string
  /** The persons it is a picture of: a user, and a subject where that is known. */
  readonly persons: readonly Person[]
  readonly avatar: Pick<ProfileAvatar, 'version' | 'urls' | 'altText'> | undefined
  /** Tells one change from another. */
  readonly id: string
}

/** The event on `document` for each change in this browser. */
export const CHANGED = 'likeness-avatar-changed'

/** Where this origin remembers its last changes, for pages that are loaded soon after. */
const REMEMBERED = 'likeness.changes'
/** Milliseconds for which a browser may show what a stable address was before: `max-age`, `stale-while-revalidate`. */
const STALE = 660_000

type Remembered = Pick<Change, 'url' | 'persons' | 'id'> & { readonly at: number }

let channel: BroadcastChannel | undefined

/** Has changes in other tabs of this origin told here as well. */
export function hearOtherTabs(): void {
  if (channel) return
  channel = new BroadcastChannel(CHANGED)
  channel.onmessage = ({ data }: MessageEvent<Change>) => tellHere(data)
}

/** Tells every picture of this origin, here and in other tabs. */
export function tellChange(change: Change): void {
  remember(change)
  channel?.postMessage(change)
  tellHere(change)
}

function remember({ url, persons, id }: Change): void {
  try {
    const others = remembered().filter(({ at }) => Date.now() - at < STALE)
    localStorage.setItem(REMEMBERED, JSON.stringify([...others, { url, persons, id, at: Date.now() }]))
  } catch {
    // Storage is blocked, or full: a page that is loaded soon may show the former picture once more.
  }
}

const remembered = () => JSON.parse(localStorage.getItem(REMEMBERED) ?? '[]') as Remembered[]

/** The id of the change of a picture that caches of this browser may not know yet. */
export function recentChange(url: string, person: Person): string | undefined {
  try {
    const isIt = (one: Remembered) => one.url === url && Date.now() - one.at < STALE && isOf(one, person)
    return remembered().findLast(isIt)?.id
  } catch {
    return undefined
  }
}

const tellHere = (detail: Change) => document.dispatchEvent(new CustomEvent(CHANGED, { detail }))

/** Whether a change is one of this person's picture. */
export const isOf = ({ persons }: Pick<Change, 'persons'>, { user, issuer, subject }: Person): boolean =>
  persons.some((one) => one.user === user && one.issuer === issuer && one.subject === subject)

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

let channel: BroadcastChannel | undefined

/** Has changes in other tabs of this origin told here as well. */
export function hearOtherTabs(): void {
  if (channel) return
  channel = new BroadcastChannel(CHANGED)
  channel.onmessage = ({ data }: MessageEvent<Change>) => tellHere(data)
}

/** Tells every picture of this origin, here and in other tabs. */
export function tellChange(change: Change): void {
  channel?.postMessage(change)
  tellHere(change)
}

const tellHere = (detail: Change) => document.dispatchEvent(new CustomEvent(CHANGED, { detail }))

/** Whether a change is one of this person's picture. */
export const isOf = ({ persons }: Change, { user, issuer, subject }: Person): boolean =>
  persons.some((one) => one.user === user && one.issuer === issuer && one.subject === subject)

import type { LikenessError } from '@likeness/client'
import { h } from '../dom.js'
import type { Texts } from '../texts.js'

/** A fault in words. The server has them in the language of the element; those of the client are said here. */
function wordsOf(fault: LikenessError, texts: Texts): string {
  if (fault.code === 'unreachable') return texts.unreachable
  if (fault.code === 'session-ended') return texts.signedOut
  if (fault.code === 'unreadable-answer' || fault.code === 'client-error') return texts.failed
  const { title, detail, fields } = fault
  if (!detail) return title
  return [`${title}. ${detail}`, ...fields.map(({ message }) => message)].join(' ')
}

export const alertOf = (fault: LikenessError, texts: Texts): HTMLElement =>
  h('p', { role: 'alert', class: 'fault', part: 'fault' }, wordsOf(fault, texts))

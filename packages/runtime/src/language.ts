import type { Language } from '@likeness/contracts'
import Negotiator from 'negotiator'

/** The language of an answer: English, unless `Accept-Language` prefers French (RFC 9110 §12.5.4). */
export const languageOf = (acceptLanguage: string | undefined): Language =>
  new Negotiator({ headers: { 'accept-language': acceptLanguage } }).language(['en', 'fr']) === 'fr'
    ? 'fr'
    : 'en'

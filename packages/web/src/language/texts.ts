import type { ReactNode } from 'react'
import { currentLanguage, type Language, useLanguage } from './language.js'

/** What a catalogue holds: words, or a function that puts values among them. */
type Text = ReactNode | ((...values: never[]) => ReactNode | Catalogue)
type Catalogue = { readonly [name: string]: Text | Catalogue }

/** A feature's words in each language. */
export type Texts<Words> = Readonly<Record<Language, Words>>

/** Declares a feature's words. Both languages have the same names, which the compiler checks. */
export const textsOf = <Words extends Catalogue>(texts: { en: Words; fr: NoInfer<Words> }): Texts<Words> =>
  texts

/** The words in the language of the page. */
export const useTexts = <Words>(texts: Texts<Words>): Words => texts[useLanguage()]

/** The same outside a component, as of now. */
export const textsNow = <Words>(texts: Texts<Words>): Words => texts[currentLanguage()]

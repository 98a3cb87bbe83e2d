import { useSyncExternalStore } from 'react'

const languages = ['en', 'fr'] as const
export type Language = (typeof languages)[number]

/** Where a choice that differs from the browser's is kept, so that the next visit begins in it. */
const KEY = 'likeness.language'

const isLanguage = (value: unknown): value is Language => languages.some((one) => one === value)

/** The first of the browser's languages that the page has, else English. */
const ofBrowser = (): Language =>
  navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en'

const listeners = new Set<() => void>()
let current = begin()

function begin(): Language {
  const kept = localStorage.getItem(KEY)
  return show(isLanguage(kept) ? kept : ofBrowser())
}

function show(language: Language): Language {
  document.documentElement.lang = language
  return language
}

/** The language of the page, for requests. */
export const currentLanguage = (): Language => current

/** Changes the language of everything shown. @param language that of the browser unless the page has it */
export function chooseLanguage(language: string | null): void {
  const next = isLanguage(language) ? language : ofBrowser()
  if (next === ofBrowser()) localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, next)
  if (next === current) return
  current = show(next)
  for (const changed of listeners) changed()
}

const subscribe = (changed: () => void) => {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

/** The language of the page. */
export const useLanguage = (): Language => useSyncExternalStore(subscribe, currentLanguage)

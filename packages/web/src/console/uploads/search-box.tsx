import { useEffect, useId, useRef } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { fromStart, useAddress } from '../ui/use-address.js'

/** Milliseconds without a letter after which a search begins by itself. */
const PAUSE = 300

/** Fewer letters match too much: the server takes three or more. */
const LEAST = 3

/** One field that finds an upload by a part of its file name, while it is typed. */
export function SearchBox({ error }: { error?: string | undefined }) {
  const words = useTexts(texts)
  const field = useRef<HTMLInputElement>(null)
  const { params, change } = useAddress()
  const id = useId()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const q = params.get('q') ?? ''
  useEffect(() => () => clearTimeout(timer.current), [])
  const own = useRef(q)
  // The address may change without the field, such as by Back.
  useEffect(() => {
    if (field.current && q !== own.current) field.current.value = q
    own.current = q
  }, [q])
  const search = (text: string) => {
    clearTimeout(timer.current)
    const next = text.trim()
    if (next === q) return
    own.current = next
    // Letters typed one after another are one step back.
    change(fromStart({ q: next }), { replace: q !== '' && next !== '' })
  }
  return (
    <search className="min-w-0 flex-1 basis-full sm:max-w-md sm:basis-64">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          search(field.current?.value ?? '')
        }}
      >
        <label htmlFor={id} className="sr-only">
          {words.label}
        </label>
        <input
          ref={field}
          id={id}
          type="search"
          name="q"
          dir="auto"
          defaultValue={q}
          placeholder={words.placeholder}
          autoComplete="off"
          spellCheck="false"
          aria-keyshortcuts="/"
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          onChange={({ target }) => {
            clearTimeout(timer.current)
            const { value } = target
            const length = value.trim().length
            if (length === 0 || length >= LEAST) timer.current = setTimeout(() => search(value), PAUSE)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
          }}
          className="block min-h-11 w-full rounded-xl border border-edge bg-card px-3.5 py-2 text-base placeholder:text-soft aria-invalid:border-danger"
        />
      </form>
      {error && (
        <p id={`${id}-error`} className="mt-1.5 text-sm font-medium text-danger first-letter:uppercase">
          {error}
        </p>
      )}
    </search>
  )
}

const texts = textsOf({
  en: { label: 'Search by file name', placeholder: 'Part of a file name' },
  fr: { label: 'Rechercher par nom de fichier', placeholder: 'Partie d’un nom de fichier' },
})

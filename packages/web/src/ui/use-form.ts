import { LikenessError } from '@likeness/client'
import { useMutation } from '@tanstack/react-query'
import { type SyntheticEvent, useEffect, useRef } from 'react'
import { asFault } from '../api/likeness.js'
import { textsNow, textsOf } from '../language/texts.js'

/** The entries of a form, by field name. */
export type Entries = Readonly<Record<string, string>>

/**
 * A form whose entries the server judges, by the names of its fields. What is required and empty is told without asking
 * it. The first field at fault takes focus. Submitting again while it is being sent does nothing.
 */
export function useForm(send: (entries: Entries) => Promise<unknown>) {
  const element = useRef<HTMLFormElement>(null)
  const { mutate, isPending, isSuccess, error, reset } = useMutation({
    mutationFn: (form: HTMLFormElement) => {
      const empty = emptyIn(form)
      if (empty.length > 0) throw unfilled(empty)
      return send(entriesOf(form))
    },
  })
  const fault = error ? asFault(error) : undefined
  useEffect(() => {
    if (error) element.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [error])
  const onSubmit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!isPending) mutate(event.currentTarget)
  }
  return {
    form: { ref: element, onSubmit, noValidate: true },
    fault,
    busy: isPending,
    done: isSuccess,
    reset,
  }
}

/** What is filled in. Files are none of a form's business here. */
export function entriesOf(form: HTMLFormElement): Entries {
  const all = [...new FormData(form)]
  return Object.fromEntries(
    all.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
}

const isField = (element: Element): element is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement =>
  'required' in element && 'value' in element

const emptyIn = (form: HTMLFormElement): string[] =>
  [...form.elements]
    .filter(isField)
    .filter(({ required, value }) => required && value === '')
    .map(({ name }) => name)

function unfilled(names: readonly string[]): LikenessError {
  const { title, detail, fillIn } = textsNow(texts)
  const fields = names.map((path) => ({ path, code: 'required', message: fillIn }))
  return new LikenessError('validation-failed', { title, detail, fields })
}

const texts = textsOf({
  en: { title: 'Some fields need another look', detail: 'See below.', fillIn: 'Please fill this in' },
  fr: {
    title: 'Certains champs sont à revoir',
    detail: 'Voir ci-dessous.',
    fillIn: 'Veuillez remplir ce champ',
  },
})

import { LikenessError } from '@likeness/client'
import { type FieldFault, readFields, viewFault } from '@likeness/contracts'
import { useMutation } from '@tanstack/react-query'
import { type SyntheticEvent, useEffect, useRef } from 'react'
import type { z } from 'zod'
import { asFault } from '../api/likeness.js'

/** The entries of a form, by field name. */
export type Entries = Readonly<Record<string, unknown>>

/**
 * A form over a schema of the contract: checked here before it is sent, so most mistakes cost no round trip. The first
 * field at fault takes focus. Submitting again while it is being sent does nothing.
 * @param shape makes the schema's input from the entries, which are named by their paths in it
 */
export function useForm<Schema extends z.ZodType>(
  schema: Schema,
  send: (value: z.output<Schema>) => Promise<unknown>,
  shape: (entries: Entries) => unknown = (entries) => entries,
) {
  const element = useRef<HTMLFormElement>(null)
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (entries: Entries) => {
      const reading = readFields(schema, shape(entries))
      if (reading.faults) throw invalid(reading.faults, entries)
      return send(reading.value)
    },
  })
  const fault = error ? asFault(error) : undefined
  useEffect(() => {
    if (error) element.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [error])
  const onSubmit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!isPending) mutate(Object.fromEntries(new FormData(event.currentTarget)))
  }
  return { form: { ref: element, onSubmit, noValidate: true }, fault, busy: isPending, done: isSuccess }
}

function invalid(faults: readonly FieldFault[], entries: Entries): LikenessError {
  const all = faults.map((one) => {
    const { message, ...where } = viewFault(one, 'en')
    return { ...where, message: entries[one.path] === '' ? 'Please fill this in' : message }
  })
  // An empty field breaks several rules, but one sentence is enough.
  const isFirst = ({ path, message }: (typeof all)[number], index: number) =>
    all.findIndex((other) => other.path === path && other.message === message) === index
  return new LikenessError('validation-failed', {
    title: 'Some fields need another look',
    detail: 'See below.',
    fields: all.filter(isFirst),
  })
}

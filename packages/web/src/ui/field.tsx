import type { ComponentProps } from 'react'
import { Labelled } from './labelled.js'

type Props = ComponentProps<'input'> & {
  label: string
  hint?: string | undefined
  error?: string | undefined
}

/** A labelled input with its hint and its error. */
export const Field = ({ label, hint, error, className, ...input }: Props) => (
  <Labelled label={label} hint={hint} error={error} className={className}>
    {(tied) => (
      <input
        {...input}
        {...tied}
        className="block min-h-11 w-full rounded-xl border border-edge bg-card px-3.5 py-2 text-base placeholder:text-soft aria-invalid:border-danger"
      />
    )}
  </Labelled>
)

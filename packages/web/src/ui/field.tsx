import { type ComponentProps, useId } from 'react'

type Props = ComponentProps<'input'> & {
  label: string
  hint?: string | undefined
  error?: string | undefined
}

/** A labelled input with its hint and its error, tied together for assistive technology. */
export function Field({ label, hint, error, className, ...input }: Props) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <input
        {...input}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        className="block min-h-11 w-full rounded-xl border border-edge bg-card px-3.5 py-2 text-base placeholder:text-soft aria-invalid:border-danger"
      />
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-sm text-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1.5 text-sm font-medium text-danger first-letter:uppercase">
          {error}
        </p>
      )}
    </div>
  )
}

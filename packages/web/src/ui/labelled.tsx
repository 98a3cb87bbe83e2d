import { type ReactNode, useId } from 'react'

/** What a control needs to be tied to its label, its hint and its error. */
type Tied = {
  readonly id: string
  readonly 'aria-invalid': true | undefined
  readonly 'aria-describedby': string | undefined
}

/** A label, its control, a hint and an error, tied together for assistive technology. */
export function Labelled(props: {
  label: string
  hint?: string | undefined
  error?: string | undefined
  className?: string | undefined
  children: (tied: Tied) => ReactNode
}) {
  const { label, hint, error, className, children } = props
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      {children({
        id,
        'aria-invalid': error ? true : undefined,
        'aria-describedby': described || undefined,
      })}
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

import type { ComponentProps } from 'react'
import { SpinnerIcon } from './icons.js'

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong shadow-sm',
  secondary: 'border border-edge bg-card text-ink hover:bg-sunk',
  quiet: 'text-accent underline-offset-4 hover:underline',
}

type Props = Omit<ComponentProps<'button'>, 'disabled'> & {
  look?: keyof typeof looks
  /** Shows a spinner; the button keeps focus, and clicks do nothing. */
  busy?: boolean
  /** Clicks do nothing; the button keeps focus. */
  off?: boolean
}

/** A button that never drops focus: while it does nothing, `aria-disabled` says so. */
export function Button({ look = 'secondary', busy, off, onClick, className, children, ...rest }: Props) {
  const idle = busy || off
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={idle || undefined}
      onClick={(event) => (idle ? event.preventDefault() : onClick?.(event))}
      className={`inline-flex min-h-11 items-center justify-center gap-2 rounded-xl font-medium transition-colors select-none aria-disabled:cursor-not-allowed aria-disabled:opacity-60 ${
        look === 'quiet' ? 'px-1' : 'px-5'
      } ${looks[look]} ${className ?? ''}`}
    >
      {busy && <SpinnerIcon />}
      {children}
    </button>
  )
}

/** A square button with an icon alone; `label` is its name, said once and shown when it is pointed at. */
export function IconButton({ label, className, ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      className={`inline-flex size-11 shrink-0 items-center justify-center rounded-xl border border-edge bg-card text-ink transition-colors hover:bg-sunk ${className ?? ''}`}
    />
  )
}

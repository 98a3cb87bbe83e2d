import type { ComponentProps } from 'react'
import { Labelled } from './labelled.js'

type Props = ComponentProps<'textarea'> & { label: string; hint?: string; error?: string | undefined }

/** A labelled field of several lines, with its hint and its error. */
export const TextArea = ({ label, hint, error, ...area }: Props) => (
  <Labelled label={label} hint={hint} error={error}>
    {(tied) => (
      <textarea
        {...area}
        {...tied}
        className="block min-h-28 w-full rounded-xl border border-edge bg-card px-3.5 py-2 text-base aria-invalid:border-danger"
      />
    )}
  </Labelled>
)

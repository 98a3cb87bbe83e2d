import type { ReactNode } from 'react'
import { AlertIcon, CheckIcon } from './icons.js'

/** A message in place: announced at once if it is an error, in turn if it is good news. */
export function Notice({
  kind,
  title,
  children,
}: {
  kind: 'error' | 'done'
  title: string
  children?: ReactNode
}) {
  const look = kind === 'error' ? 'bg-danger-tint text-danger' : 'bg-tint text-accent'
  return (
    <div
      role={kind === 'error' ? 'alert' : 'status'}
      className={`flex animate-rise gap-3 rounded-2xl p-4 ${look}`}
    >
      {kind === 'error' ? <AlertIcon /> : <CheckIcon />}
      <div className="min-w-0 flex-1 text-sm">
        <p className="font-semibold wrap-anywhere">{title}</p>
        {children && <div className="mt-1 space-y-2 text-ink wrap-anywhere">{children}</div>}
      </div>
    </div>
  )
}

import { type ReactNode, useId } from 'react'

/** A part of a page on its own ground. */
export function Card({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="rounded-3xl border border-line bg-card p-5 shadow-lift sm:p-7">
      <h2 id={id} className="text-xl font-semibold">
        {title}
      </h2>
      {lead && <p className="mt-1 text-sm text-soft">{lead}</p>}
      <div className="mt-5">{children}</div>
    </section>
  )
}

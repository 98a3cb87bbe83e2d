import { type ReactNode, useEffect } from 'react'

/** The title of a page, also in the tab of the browser. @param lead one sentence of what the page is for */
export function PageTitle({
  title,
  lead,
  children,
}: {
  title: string
  lead?: ReactNode
  children?: ReactNode
}) {
  useTitle(title)
  return (
    <div className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div>
        <h1 className="text-3xl font-semibold">{title}</h1>
        {lead && <p className="mt-1.5 max-w-2xl text-soft">{lead}</p>}
      </div>
      {children}
    </div>
  )
}

/** Names the tab of the browser while a page is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title
    document.title = `${title} · Likeness`
    return () => {
      document.title = before
    }
  }, [title])
}

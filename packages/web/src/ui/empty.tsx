import type { ReactNode } from 'react'

/** A place without content, which says why and what to do. @param isPage its title is that of the page */
export function Empty(props: { title: string; isPage?: boolean; children?: ReactNode }) {
  const Title = props.isPage ? 'h1' : 'h2'
  return (
    <div className="grid min-h-72 place-content-center justify-items-center gap-3 rounded-3xl border border-dashed border-edge/50 p-8 text-center">
      <Title className="text-2xl font-semibold">{props.title}</Title>
      <div className="max-w-md space-y-3 text-soft">{props.children}</div>
    </div>
  )
}

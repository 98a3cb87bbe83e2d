import type { ReactNode } from 'react'
import { Brand } from './brand.js'
import { useTitle } from './page-title.js'
import { useFocusOnStep } from './use-focus-on-step.js'

const looks = { calm: 'bg-tint text-accent', bad: 'bg-danger-tint text-danger' }

/** The page that the link of an e-mail opens: one card, and nothing that distracts from it. */
export function LinkPage(props: {
  title: string
  icon: ReactNode
  look?: keyof typeof looks
  children?: ReactNode
}) {
  const { title, icon, look = 'calm', children } = props
  const heading = useFocusOnStep(title)
  useTitle(title)
  return (
    <div className="mx-auto grid min-h-dvh max-w-md content-center gap-8 px-4 py-10">
      <Brand />
      <div className="space-y-5 rounded-3xl border border-line bg-card p-6 shadow-lift sm:p-8">
        <span className={`grid size-12 place-items-center rounded-full ${looks[look]}`}>{icon}</span>
        <h1 ref={heading} tabIndex={-1} className="text-2xl font-semibold wrap-anywhere">
          {title}
        </h1>
        {children}
      </div>
    </div>
  )
}

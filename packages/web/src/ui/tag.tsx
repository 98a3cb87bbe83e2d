import type { ReactNode } from 'react'

const looks = {
  plain: 'bg-sunk text-soft',
  good: 'bg-tint text-accent',
  bad: 'bg-danger-tint text-danger',
}

/** A state in a word or two. */
export const Tag = ({ look = 'plain', children }: { look?: keyof typeof looks; children: ReactNode }) => (
  <span
    className={`inline-flex items-center rounded-full px-2.5 py-0.5 text-xs font-medium whitespace-nowrap ${looks[look]}`}
  >
    {children}
  </span>
)

import type { ReactNode } from 'react'

/** Every step has the same square stage and something beside it, so nothing jumps from one to the next. */
export function StepLayout(props: { stage: ReactNode; below?: ReactNode; side: ReactNode }) {
  return (
    <div className="grid gap-6 sm:min-h-[30rem] sm:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]">
      <div>
        <div className="relative aspect-square overflow-hidden rounded-2xl bg-sunk">{props.stage}</div>
        {props.below}
      </div>
      <div className="flex min-w-0 flex-col gap-5">{props.side}</div>
    </div>
  )
}

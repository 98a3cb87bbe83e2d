import type { ReactNode } from 'react'

/**
 * Every step has a stage and a side, in a panel of constant height, so nothing jumps between steps. Controls below the
 * stage leave it square; otherwise it fills its column.
 */
export function StepLayout(props: { stage: ReactNode; below?: ReactNode; side: ReactNode }) {
  return (
    <div className="grid gap-6 sm:min-h-[30rem] sm:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]">
      <div className="flex flex-col">
        <div
          className={`relative aspect-square overflow-hidden rounded-2xl bg-sunk ${props.below ? '' : 'sm:aspect-auto sm:flex-1'}`}
        >
          {props.stage}
        </div>
        {props.below}
      </div>
      <div className="flex min-w-0 flex-col gap-5 max-sm:contents">{props.side}</div>
    </div>
  )
}

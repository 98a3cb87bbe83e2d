const RADIUS = 54
const LENGTH = 2 * Math.PI * RADIUS

/** Shows progress. @param share 0 to 1 */
export function ProgressRing({ share, label }: { share: number; label: string }) {
  const percent = Math.floor(share * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className="relative grid size-36 place-items-center"
    >
      <svg aria-hidden="true" viewBox="0 0 120 120" className="absolute inset-0 -rotate-90" fill="none">
        <circle cx="60" cy="60" r={RADIUS} strokeWidth="5" className="stroke-line" />
        <circle
          cx="60"
          cy="60"
          r={RADIUS}
          strokeWidth="5"
          strokeLinecap="round"
          strokeDasharray={LENGTH}
          strokeDashoffset={LENGTH * (1 - share)}
          className="stroke-accent transition-[stroke-dashoffset] duration-200"
        />
      </svg>
      <span className="font-serif text-3xl font-semibold tabular-nums">
        {percent}
        <span className="text-lg text-soft"> %</span>
      </span>
    </div>
  )
}

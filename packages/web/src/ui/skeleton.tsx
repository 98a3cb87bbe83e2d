/** A place for something that is being read, in its final size. */
export const Skeleton = ({ className }: { className: string }) => (
  <div aria-hidden="true" className={`animate-pulse rounded-xl bg-sunk ${className}`} />
)

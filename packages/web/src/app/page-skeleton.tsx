import { Skeleton } from '../ui/skeleton.js'

/** While the code of a page is loaded. */
export function PageSkeleton() {
  return (
    <div className="space-y-6">
      <Skeleton className="h-9 w-52" />
      <Skeleton className="h-96 w-full rounded-3xl" />
    </div>
  )
}

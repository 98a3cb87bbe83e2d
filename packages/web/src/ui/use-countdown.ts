import { useEffect, useReducer } from 'react'

/** Whole seconds left until a time, down to 0. @param end as `performance.now()` counts */
export function useCountdown(end: number): number {
  const [, tick] = useReducer((count: number) => count + 1, 0)
  const left = Math.max(0, Math.ceil((end - performance.now()) / 1000))
  const runs = left > 0
  useEffect(() => {
    if (!runs) return
    const timer = setInterval(tick, 250)
    return () => clearInterval(timer)
  }, [runs])
  return left
}

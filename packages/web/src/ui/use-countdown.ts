import { useEffect, useState } from 'react'

/** Seconds left of those given when it was first used, counted down to 0. */
export function useCountdown(seconds: number): number {
  const [end] = useState(() => Date.now() + seconds * 1000)
  const [left, setLeft] = useState(seconds)
  const done = left <= 0
  useEffect(() => {
    if (done) return
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000))), 250)
    return () => clearInterval(timer)
  }, [end, done])
  return left
}

import { useFormats } from '../../language/format.js'

/** Writes milliseconds as `840 ms`, `3.2 s`, `12 min`, `5 h`. */
export function useDuration(): (milliseconds: number) => string {
  const { number } = useFormats()
  return (milliseconds) => {
    const seconds = milliseconds / 1000
    if (seconds < 1) return `${number(Math.round(milliseconds))} ms`
    if (seconds < 100) return `${number(Math.round(seconds * 10) / 10)} s`
    return seconds < 6000
      ? `${number(Math.round(seconds / 60))} min`
      : `${number(Math.round(seconds / 3600))} h`
  }
}

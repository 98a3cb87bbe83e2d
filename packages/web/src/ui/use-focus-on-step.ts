import { useEffect, useRef } from 'react'

/**
 * When a step removed the focused control, its heading takes focus, so that nobody starts from the top again.
 * @param step undefined while nothing is shown yet, which is not a step
 */
export function useFocusOnStep<Heading extends HTMLElement = HTMLHeadingElement>(step: string | undefined) {
  const heading = useRef<Heading>(null)
  const before = useRef(step)
  useEffect(() => {
    const began = before.current !== undefined && before.current !== step
    before.current = step
    if (began && document.activeElement === document.body) heading.current?.focus()
  }, [step])
  return heading
}

import { useEffect, useRef } from 'react'

/**
 * A form whose fields hold what the address says, also after Back or a link changed it; focus stays where it is.
 * @param values by the names of its fields; a box is ticked unless its value is empty
 */
export function useFilled(values: Readonly<Record<string, string>>) {
  const form = useRef<HTMLFormElement>(null)
  const text = JSON.stringify(values)
  useEffect(() => {
    for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, string>)) {
      const field = form.current?.elements.namedItem(name)
      if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = value !== ''
      else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value
    }
  }, [text])
  return form
}

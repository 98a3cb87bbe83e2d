import { useId } from 'react'

type Props = {
  label: string
  name: string
  /** The label of each choice, by its value. */
  choices: Readonly<Record<string, string>>
  value?: string | undefined
  onChoose?: (value: string) => void
  error?: string | undefined
}

/** A choice of one from a few. */
export function Choice({ label, name, choices, value, onChoose, error }: Props) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <select
        id={id}
        name={name}
        value={value}
        onChange={({ target }) => onChoose?.(target.value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        className="block min-h-11 w-full rounded-xl border border-edge bg-card px-3.5 py-2 text-base aria-invalid:border-danger"
      >
        {Object.entries(choices).map(([choice, words]) => (
          <option key={choice} value={choice}>
            {words}
          </option>
        ))}
      </select>
      {error && (
        <p id={`${id}-error`} className="mt-1.5 text-sm font-medium text-danger first-letter:uppercase">
          {error}
        </p>
      )}
    </div>
  )
}

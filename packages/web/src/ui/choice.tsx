import { Labelled } from './labelled.js'

type Props = {
  label: string
  name: string
  /** The label of each choice, by its value. */
  choices: Readonly<Record<string, string>>
  value?: string | undefined
  /** In a form that is read when it is sent. */
  defaultValue?: string | undefined
  onChoose?: (value: string) => void
  error?: string | undefined
}

/** A choice of one from a few. */
export const Choice = ({ label, name, choices, value, defaultValue, onChoose, error }: Props) => (
  <Labelled label={label} error={error}>
    {(tied) => (
      <select
        {...tied}
        name={name}
        {...(value === undefined ? { defaultValue } : { value })}
        onChange={({ target }) => onChoose?.(target.value)}
        className="block min-h-11 w-full rounded-xl border border-edge bg-card px-3.5 py-2 text-base aria-invalid:border-danger"
      >
        {Object.entries(choices).map(([choice, words]) => (
          <option key={choice} value={choice}>
            {words}
          </option>
        ))}
      </select>
    )}
  </Labelled>
)

import { Field } from './field.js'

/** The field for a new password. @param error the rules it breaks */
export function NewPasswordField({ error }: { error: string | undefined }) {
  return (
    <Field
      label="Password"
      name="password"
      type="password"
      autoComplete="new-password"
      hint="At least 12 characters. A few unrelated words work well."
      error={error}
    />
  )
}

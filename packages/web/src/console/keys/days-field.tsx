import { Field } from '../../ui/field.js'

/** Asks in how many days a key expires, as `expiresInDays`. */
export const DaysField = (props: { label: string; defaultValue: number; error: string | undefined }) => (
  <Field {...props} name="expiresInDays" type="number" min={1} max={3650} required />
)

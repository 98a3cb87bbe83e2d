import type { RegistrationField } from '@likeness/client'
import type { ComponentProps } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Check } from '../../ui/check.js'
import { Choice } from '../../ui/choice.js'
import { Field } from '../../ui/field.js'
import type { useProfileEdit } from './use-profile-edit.js'

export type Edit = ReturnType<typeof useProfileEdit>

type Props = {
  edit: Edit
  path: string
  label: string
  required: boolean
  hint?: string | undefined
} & Pick<ComponentProps<'input'>, 'type' | 'autoComplete' | 'inputMode'>

/** A field of one line. */
export function LineField({ edit, path, ...rest }: Props) {
  return (
    <Field
      {...rest}
      name={path}
      value={String(edit.values[path] ?? '')}
      onChange={({ currentTarget }) => edit.change(path, currentTarget.value)}
      error={edit.fault?.field(path)}
    />
  )
}

/** A yes or no. */
export function CheckField({ edit, path, label, hint }: Omit<Props, 'required'>) {
  return (
    <Check
      label={label}
      {...(hint !== undefined && { hint })}
      name={path}
      checked={edit.values[path] === true}
      onChange={({ currentTarget }) => edit.change(path, currentTarget.checked)}
    />
  )
}

const lineTypes = { text: 'text', date: 'date', number: 'number' } as const

/** An extra field of the group. */
export function OwnField({ edit, field, label }: { edit: Edit; field: RegistrationField; label: string }) {
  const { none } = useTexts(texts)
  const { name, type, choices, required } = field
  if (type === 'yes-no') return <CheckField edit={edit} path={name} label={label} />
  if (type !== 'choice') {
    return <LineField edit={edit} path={name} label={label} type={lineTypes[type]} required={required} />
  }
  return (
    <Choice
      label={label}
      name={name}
      choices={Object.fromEntries([['', none], ...choices.map((choice) => [choice, choice])])}
      value={String(edit.values[name] ?? '')}
      onChoose={(value) => edit.change(name, value)}
      error={edit.fault?.field(name)}
    />
  )
}

const texts = textsOf({ en: { none: '–' }, fr: { none: '–' } })

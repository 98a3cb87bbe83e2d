import { call } from '@likeness/client'
import { Register, type RegistrationForm } from '@likeness/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { anonymous } from '../api/likeness.js'
import { Button } from '../ui/button.js'
import { Choice } from '../ui/choice.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { Field } from '../ui/field.js'
import { NewPasswordField } from '../ui/new-password-field.js'
import { type Entries, useForm } from '../ui/use-form.js'
import { register } from './accounts.js'
import { AskedField, profileOf } from './asked-field.js'

type Group = RegistrationForm['groups'][number]

/**
 * Asks for the fields of this deployment and the chosen group; until those are known, for the fields they all have.
 * @param onUnverified called when the account exists but its address has to be verified before logging in
 */
export function RegisterForm({ onUnverified }: { onUnverified: (email: string) => void }) {
  const asked = useQuery({
    queryKey: ['registration'],
    queryFn: ({ signal }) => call(anonymous, 'GET /v1/users/registration', { signal }),
  }).data?.body
  const [chosen, choose] = useState<string>()
  const groups = asked?.groups ?? []
  const group = groups.find(({ name }) => name === chosen) ?? groups.find(({ isDefault }) => isDefault)
  const isNameOptional = asked?.username === 'optional'
  const { form, fault, busy } = useForm(
    Register,
    async (account) => {
      if ((await register(account)) === 'unverified') onUnverified(account.email)
    },
    (entries) => accountOf(entries, group, isNameOptional),
  )
  const fields = group?.fields ?? []
  const shown = ['username', 'email', 'password', ...fields.map(({ name }) => name)]
  const isElsewhere = !fault?.fields.length || fault.fields.some(({ path }) => !shown.includes(path))
  return (
    <form {...form} className="space-y-5">
      {fault && isElsewhere && <FaultNotice fault={fault} shown={shown} />}
      {groups.length > 1 && (
        <Choice
          label="Type of account"
          name="group"
          choices={Object.fromEntries(groups.map(({ name }) => [name, titleOf(name)]))}
          value={group?.name}
          onChoose={choose}
        />
      )}
      <Field
        label={isNameOptional ? 'Username (optional)' : 'Username'}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={fault?.field('username')}
      />
      <Field label="E-mail" name="email" type="email" autoComplete="email" error={fault?.field('email')} />
      <NewPasswordField error={fault?.field('password')} />
      {fields.map((field) => (
        <AskedField key={field.name} field={field} error={fault?.field(field.name)} />
      ))}
      <Button type="submit" look="primary" busy={busy} className="w-full">
        Create account
      </Button>
    </form>
  )
}

function accountOf(entries: Entries, group: Group | undefined, isNameOptional: boolean): unknown {
  const { username, email, password } = entries
  const profile = profileOf(group?.fields ?? [], entries)
  return {
    ...(isNameOptional && username === '' ? {} : { username }),
    email,
    password,
    ...(group ? { group: group.name } : {}),
    ...(Object.keys(profile).length > 0 ? { profile } : {}),
  }
}

/** `sales-partner` as `Sales partner`. */
const titleOf = (group: string) => (group.charAt(0).toUpperCase() + group.slice(1)).replaceAll('-', ' ')

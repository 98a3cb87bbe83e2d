import type { Register, RegistrationForm } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { textsOf, useTexts } from '../language/texts.js'
import { Button } from '../ui/button.js'
import { Choice } from '../ui/choice.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { Field } from '../ui/field.js'
import { NewPasswordField } from '../ui/new-password-field.js'
import { type Entries, useForm } from '../ui/use-form.js'
import { readRegistration, register } from './accounts.js'
import { AskedField, profileOf } from './asked-field.js'

type Group = RegistrationForm['groups'][number]

/**
 * Asks for the fields of this deployment and the chosen group; until those are known, for the fields they all have.
 * @param onUnverified called when the account exists but its address has to be verified before logging in
 */
export function RegisterForm({ onUnverified }: { onUnverified: (email: string) => void }) {
  const words = useTexts(texts)
  const asked = useQuery(readRegistration).data
  const [chosen, choose] = useState<string>()
  const groups = asked?.groups ?? []
  const group = groups.find(({ name }) => name === chosen) ?? groups.find(({ isDefault }) => isDefault)
  const isNameOptional = asked?.username === 'optional'
  const { form, fault, busy } = useForm(async (entries) => {
    const account = accountOf(entries, group)
    if ((await register(account)) === 'unverified') onUnverified(account.email)
  })
  const fields = group?.fields ?? []
  const shown = ['username', 'email', 'password', ...fields.map(({ name }) => name)]
  const isElsewhere = !fault?.fields.length || fault.fields.some(({ path }) => !shown.includes(path))
  return (
    <form {...form} className="space-y-5">
      {fault && isElsewhere && <FaultNotice fault={fault} shown={shown} />}
      {groups.length > 1 && (
        <Choice
          label={words.group}
          name="group"
          choices={Object.fromEntries(groups.map(({ name }) => [name, titleOf(name)]))}
          value={group?.name}
          onChoose={choose}
        />
      )}
      <Field
        label={isNameOptional ? words.optional(words.username) : words.username}
        name="username"
        required={!isNameOptional}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck="false"
        error={fault?.field('username')}
      />
      <Field
        label={words.email}
        name="email"
        type="email"
        required
        autoComplete="email"
        error={fault?.field('email')}
      />
      <NewPasswordField error={fault?.field('password')} />
      {fields.map((field) => (
        <AskedField key={field.name} field={field} error={fault?.field(field.name)} />
      ))}
      <Button type="submit" look="primary" busy={busy} className="w-full">
        {words.create}
      </Button>
    </form>
  )
}

function accountOf(entries: Entries, group: Group | undefined): Register {
  const { username = '', email = '', password = '' } = entries
  const profile = profileOf(group?.fields ?? [], entries)
  return {
    ...(username !== '' && { username }),
    email,
    password,
    ...(group && { group: group.name }),
    ...(Object.keys(profile).length > 0 && { profile }),
  }
}

/** `sales-partner` as `Sales partner`. */
const titleOf = (group: string) => (group.charAt(0).toUpperCase() + group.slice(1)).replaceAll('-', ' ')

const texts = textsOf({
  en: {
    group: 'Type of account',
    username: 'Username',
    optional: (label: string) => `${label} (optional)`,
    email: 'E-mail',
    create: 'Create account',
  },
  fr: {
    group: 'Type de compte',
    username: 'Nom d’utilisateur',
    optional: (label: string) => `${label} (facultatif)`,
    email: 'E-mail',
    create: 'Créer le compte',
  },
})

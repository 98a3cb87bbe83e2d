import type { RegistrationForm } from '@likeness/contracts'
import type { users } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import type { ApiDeps } from '../deps.js'

/** `users.registrationForm`: the same for the life of the process. */
export function registrationFormHandler({ config, groups }: ApiDeps): Handler<typeof users.registrationForm> {
  const open = groups.names.filter((name) => groups.isOpen(name))
  const form: RegistrationForm = {
    username: config.USERNAME,
    groups: open.map((name) => ({
      name,
      isDefault: name === groups.fallback,
      fields: [...groups.fieldsOf(name)],
    })),
  }
  return () => form
}

import { ProblemBody, RegistrationForm } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import type { ApiDeps } from '../deps.js'

/** GET /v1/users/registration: what a form for registering asks for in this deployment. */
export function registrationFormRoute(server: Server, { config, groups }: ApiDeps): void {
  const open = groups.names.filter((name) => groups.isOpen(name))
  const form: RegistrationForm = {
    username: config.USERNAME,
    groups: open.map((name) => ({
      name,
      isDefault: name === groups.fallback,
      fields: [...groups.fieldsOf(name)],
    })),
  }
  server.get(
    '/v1/users/registration',
    {
      schema: {
        tags: ['users'],
        summary: 'What registering asks for',
        response: { 200: RegistrationForm, '4xx': ProblemBody },
      },
    },
    () => form,
  )
}

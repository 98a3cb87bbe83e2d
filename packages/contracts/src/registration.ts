import { z } from 'zod'

/** A field of a profile that a group asks for when someone registers. */
export const RegistrationField = z
  .object({
    name: z
      .string()
      .describe('its place in the body, such as `profile.firstName` or `profile.custom.vatNumber`'),
    label: z.string().nullable().describe('as the deployment names it; null for a field every profile has'),
    type: z.enum(['text', 'date', 'number', 'yes-no', 'choice']),
    choices: z.array(z.string()).describe('the values of a choice; empty for any other type'),
    required: z.boolean(),
  })
  .meta({ id: 'RegistrationField' })
export type RegistrationField = z.output<typeof RegistrationField>

/** `users.registrationForm` */
export const RegistrationForm = z
  .object({
    username: z.enum(['required', 'optional']),
    groups: z
      .array(
        z.object({
          name: z.string(),
          isDefault: z.boolean().describe('the group of those who name none'),
          fields: z.array(RegistrationField),
        }),
      )
      .describe('those open for registration'),
  })
  .meta({ id: 'RegistrationForm' })
export type RegistrationForm = z.output<typeof RegistrationForm>

import { z } from 'zod'
import { Email, Password } from './users.js'

const Token = z.string().min(1).max(200)

/** `POST /v1/email-verifications`: signed in, for one's own address; else for the one named. Always 202. */
export const ResendVerification = z
  .strictObject({ email: Email.optional() })
  .meta({ id: 'ResendVerification' })

/** `POST /v1/email-verifications/confirm` */
export const ConfirmEmail = z.strictObject({ token: Token }).meta({ id: 'ConfirmEmail' })

export const ConfirmedEmail = z
  .object({ email: z.string(), emailVerified: z.literal(true) })
  .meta({ id: 'ConfirmedEmail' })
export type ConfirmedEmail = z.output<typeof ConfirmedEmail>

/** `POST /v1/password-resets`. Always 202. */
export const RequestReset = z.strictObject({ email: Email }).meta({ id: 'RequestReset' })

/** `POST /v1/password-resets/confirm` */
export const ResetPassword = z
  .strictObject({ token: Token, password: Password })
  .meta({ id: 'ResetPassword' })
export type ResetPassword = z.output<typeof ResetPassword>

/** `PUT /v1/me/password` */
export const ChangePassword = z
  .strictObject({ currentPassword: Password, password: Password })
  .meta({ id: 'ChangePassword' })
export type ChangePassword = z.output<typeof ChangePassword>

/** `PUT /v1/me/email`: the address changes once the new one is verified. */
export const ChangeEmail = z
  .strictObject({ email: Email, currentPassword: Password })
  .meta({ id: 'ChangeEmail' })
export type ChangeEmail = z.output<typeof ChangeEmail>

/** `POST /v1/email-changes/stop`: the link to the present address stops a change that waits to be confirmed. */
export const StopEmailChange = z.strictObject({ token: Token }).meta({ id: 'StopEmailChange' })

export const StoppedEmailChange = z
  .object({ email: z.string().describe('the address, which stays') })
  .meta({ id: 'StoppedEmailChange' })
export type StoppedEmailChange = z.output<typeof StoppedEmailChange>

/** The e-mails of a deployment without a mail server. */
export const Inbox = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        at: z.string(),
        from: z.string(),
        to: z.string(),
        subject: z.string(),
        text: z.string(),
        html: z.string(),
        links: z.array(z.string()).describe('addresses in the text, in order'),
      }),
    ),
  })
  .meta({ id: 'Inbox' })
export type Inbox = z.output<typeof Inbox>

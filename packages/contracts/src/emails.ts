import { z } from 'zod'
import { Email, Password } from './users.js'

const Token = z.string().min(1).max(200)

/** `emails.resendVerification` */
export const ResendVerification = z
  .strictObject({ email: Email.optional() })
  .meta({ id: 'ResendVerification' })

/** `emails.verify` */
export const ConfirmEmail = z.strictObject({ token: Token }).meta({ id: 'ConfirmEmail' })

export const ConfirmedEmail = z
  .object({ email: z.string(), emailVerified: z.literal(true) })
  .meta({ id: 'ConfirmedEmail' })
export type ConfirmedEmail = z.output<typeof ConfirmedEmail>

/** `emails.requestReset` */
export const RequestReset = z.strictObject({ email: Email }).meta({ id: 'RequestReset' })

/** `emails.resetPassword` */
export const ResetPassword = z
  .strictObject({ token: Token, password: Password })
  .meta({ id: 'ResetPassword' })
export type ResetPassword = z.output<typeof ResetPassword>

/** `me.changePassword` */
export const ChangePassword = z
  .strictObject({ currentPassword: Password, password: Password })
  .meta({ id: 'ChangePassword' })
export type ChangePassword = z.output<typeof ChangePassword>

/** `me.changeEmail` */
export const ChangeEmail = z
  .strictObject({ email: Email, currentPassword: Password })
  .meta({ id: 'ChangeEmail' })
export type ChangeEmail = z.output<typeof ChangeEmail>

/** `emails.stopChange` */
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

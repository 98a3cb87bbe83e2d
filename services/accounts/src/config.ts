import { httpUrl, integer, onOff, ProcessConfig, secret, urlWith } from '@likeness/runtime/config'
import { upkeepSchedules } from '@likeness/runtime/upkeep-schedule'
import { z } from 'zod'

/** Settings for creating users and checking passwords; the CLI needs only these. */
export const PasswordConfig = z.object({
  ARGON2_MEMORY_KIB: integer(7_168, 1_048_576).default(19_456).describe('memory per password hash, in KiB'),
  ARGON2_PASSES: integer(1, 10).default(2).describe('passes over that memory'),
})
export type PasswordConfig = z.output<typeof PasswordConfig>

/** Settings for the keys that sign access tokens. */
export const KeyConfig = z.object({
  KEY_SECRET: secret.describe('encrypts the signing keys in the database, and derives refresh tokens'),
  KEY_SECRET_OTHER: secret
    .optional()
    .describe('also accepted while KEY_SECRET is being changed (default none)'),
  ACCESS_TOKEN_SECONDS: integer(30, 3_600).default(600).describe('lifetime of an access token'),
})
export type KeyConfig = z.output<typeof KeyConfig>

const linkTemplate = z.string().includes('{token}', 'must contain {token}')

/** Settings for writing and sending e-mails. */
const MailConfig = z.object({
  EMAIL_VERIFICATION: z
    .enum(['mandatory', 'optional', 'off'])
    .default('optional')
    .describe('mandatory: no login before verification, and no answer reveals whether an address is known'),
  VERIFICATION_HOURS: integer(1, 720).default(24).describe('lifetime of a link that verifies an address'),
  RESET_MINUTES: integer(5, 1_440).default(30).describe('lifetime of a link that resets a password'),
  UNVERIFIED_DAYS: integer(1, 365)
    .default(7)
    .describe('how long an unverified account is kept when verification is mandatory'),
  MAIL_URL: urlWith('smtp', 'smtps')
    .optional()
    .describe('smtp://user:password@host:587 or smtps://…; without it e-mails go to /inbox'),
  INBOX: z
    .enum(['loopback', 'anyone'])
    .default('loopback')
    .describe(
      'who may read /inbox, which shows every e-mail, including those that open accounts: this machine (if PUBLIC_URL is on it), or anyone',
    ),
  MAIL_FROM: z.string().optional().describe('sender (default PRODUCT_NAME <no-reply@host of PUBLIC_URL>)'),
  MAIL_TEMPLATES: z.string().optional().describe('folder whose templates replace the built-in ones'),
  PRODUCT_NAME: z
    .string()
    .regex(/^[^<>"@\r\n]{1,60}$/, 'must be a short plain name')
    .default('Likeness')
    .describe('name of the product in e-mails'),
  EMAIL_LINK_VERIFY: linkTemplate
    .default('{publicUrl}/verify-email?token={token}')
    .describe('page opened by the link that verifies an address'),
  EMAIL_LINK_RESET: linkTemplate
    .default('{publicUrl}/reset-password?token={token}')
    .describe('page opened by the link that resets a password'),
  EMAIL_LINK_STOP: linkTemplate
    .default('{publicUrl}/stop-email-change?token={token}')
    .describe('page opened by the link that stops a change of address'),
})

/** Every task of upkeep with its usual schedule. */
const schedules = {
  'requeue-stuck': '*/15 * * * * *',
  prune: '*/10 * * * *',
  'retire-keys': '*/10 * * * *',
  'seal-trail': '* * * * *',
  'verify-trail': '17 3 * * *',
  'drain-audit': '30 * * * * *',
} as const
export type UpkeepName = keyof typeof schedules

/** Every variable of the accounts service; `--help` of the CLI prints them. */
export const AccountsConfig = ProcessConfig.extend({
  ...KeyConfig.shape,
  ...PasswordConfig.shape,
  ...MailConfig.shape,
  MEDIA_URL: httpUrl.describe('internal base URL of the media service'),
  REFRESH_GRACE_SECONDS: integer(0, 60)
    .default(10)
    .describe('how long a rotated refresh token still gets its successor; 0 for never'),
  REFRESH_SLIDING_DAYS: integer(1, 3_650).default(30).describe('a session ends after this long without use'),
  REFRESH_ABSOLUTE_DAYS: integer(1, 3_650).default(90).describe('a session ends this long after login'),
  LOGINS_PER_MINUTE: integer(1, 1_000_000).default(5).describe('login attempts per account and minute'),
  LOGINS_PER_HOUR: integer(1, 1_000_000).default(100).describe('failed logins per account and hour'),
  DEVICE_DAYS: integer(1, 3_650)
    .default(180)
    .describe('how long a device that logged in keeps its own count of attempts, by a cookie'),
  LOGINS_PER_MINUTE_PER_IP: integer(1, 1_000_000)
    .default(20)
    .describe('login attempts per IP address and minute'),
  REGISTRATIONS_PER_HOUR_PER_IP: integer(1, 1_000_000)
    .default(10)
    .describe('accounts created per IP address and hour'),
  REGISTRATION_ATTEMPTS_PER_HOUR_PER_IP: integer(1, 1_000_000)
    .default(60)
    .describe('attempts to register per IP address and hour, including refused ones'),
  RESETS_PER_HOUR: integer(1, 1_000_000)
    .default(5)
    .describe('password resets requested per e-mail address and hour'),
  MAILS_PER_HOUR_PER_IP: integer(1, 1_000_000)
    .default(20)
    .describe('e-mails requested per IP address and hour, by any request'),
  MAILS_PER_HOUR: integer(1, 1_000_000)
    .default(5)
    .describe('e-mails requested per person and hour: changes of address and verification links'),
  MAILS_PER_HOUR_PER_RECIPIENT: integer(1, 1_000_000)
    .default(5)
    .describe('e-mails requested per recipient and hour, for each kind of request'),
  NOTICES_PER_HOUR: integer(1, 1_000_000)
    .default(10)
    .describe('notices of one kind per person and hour about their account; further ones are not sent'),
  REFRESHES_PER_MINUTE: integer(1, 1_000_000).default(60).describe('refreshes per session and minute'),
  RATE_LIMIT_PER_IP: onOff
    .default('on')
    .describe('off lifts the limits per IP address, not those per account'),
  USERNAME: z
    .string()
    .optional()
    // Windows and some desktops set this variable to the user's name, which is ignored here.
    .transform((value) => (value === 'optional' ? 'optional' : 'required'))
    .describe(
      'optional: registering without a username generates one; otherwise it is required (default required)',
    ),
  GROUPS_FILE: z
    .string()
    .optional()
    .describe('JSON file of the groups of users and their extra profile fields (default groups.json)'),
  PHONE_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code of two capital letters')
    .default('FR')
    .describe('country of phone numbers given without a + prefix'),
  KEEP_ACTIVITY_DAYS: integer(1, 3_650).default(400).describe('how long activity is kept'),
  SEAL_FILE: z
    .string()
    .optional()
    .describe(
      'a file that gets each last seal of the trail; keep it where the database’s owner cannot write',
    ),
  UPKEEP_SCHEDULE: upkeepSchedules(schedules),
})
export type AccountsConfig = z.output<typeof AccountsConfig>

/** What a command needs to create the first administrator. */
export const FirstAdminConfig = AccountsConfig.pick({ DATABASE_URL: true, GROUPS_FILE: true }).extend({
  ADMIN_PASSWORD: z.string().optional(),
})

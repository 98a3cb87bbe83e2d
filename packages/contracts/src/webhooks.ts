import { z } from 'zod'
import { Id, PageQuery, pageOf, Time, text } from './common.js'
import { fault } from './read-fields.js'

/** What a webhook can be told. Those that take a picture away list the addresses to purge. */
export const WebhookEventType = z
  .enum([
    'upload.staged',
    'upload.confirmed',
    'upload.rejected',
    'upload.expired',
    'avatar.published',
    'avatar.restored',
    'avatar.withdrawn',
    'avatar.erased',
    'person.erased',
  ])
  .meta({ id: 'WebhookEventType' })
export type WebhookEventType = z.output<typeof WebhookEventType>

/** The body of a request to a webhook, by the Standard Webhooks specification. */
export const WebhookPayload = z
  .object({
    type: WebhookEventType,
    timestamp: Time.describe('when it happened'),
    data: z.object({
      userId: Id,
      issuer: z.string().optional().describe('the alias of their login, where it is not accounts'),
      subject: z.string().optional().describe('as that login names them'),
      uploadId: Id.optional(),
      version: z
        .int()
        .optional()
        .describe('of the decision: of two events about a person the one with the greater version counts'),
      seq: z.int().optional().describe('grows with every event of an upload'),
      code: z.string().optional().describe('upload.rejected: why'),
      shown: z
        .boolean()
        .optional()
        .describe('avatar.withdrawn: false when a past picture was made unavailable, not the shown one'),
      purge: z.array(z.url()).optional().describe('addresses whose copies are to be deleted'),
    }),
  })
  .meta({ id: 'WebhookPayload' })
export type WebhookPayload = z.output<typeof WebhookPayload>

const url = z
  .string()
  .max(2_000)
  .refine((value) => URL.canParse(value), fault('not-a-url'))
const description = text(0, 200)
const events = z
  .array(WebhookEventType)
  .min(1)
  .max(WebhookEventType.options.length)
  .refine((list) => new Set(list).size === list.length, fault('not-unique'))

/** `POST /v1/webhooks` */
export const AddWebhook = z
  .strictObject({
    url: url.describe('https, in the public internet, unless OUTBOUND_ALLOW names it'),
    description: description.default(''),
    events: events.nullable().default(null).describe('null: all of them, also those of later releases'),
  })
  .meta({ id: 'AddWebhook' })
export type AddWebhook = z.output<typeof AddWebhook>

/** `PATCH /v1/webhooks/:id` */
export const ChangeWebhook = z
  .strictObject({
    url: url.optional(),
    description: description.optional(),
    events: events.nullable().optional(),
    enabled: z
      .boolean()
      .optional()
      .describe('false: it is told nothing that happens meanwhile; true also ends a pause'),
  })
  .meta({ id: 'ChangeWebhook' })
export type ChangeWebhook = z.output<typeof ChangeWebhook>

export const Webhook = z
  .object({
    id: Id,
    url: z.string(),
    description: z.string(),
    events: z.array(WebhookEventType).nullable().describe('null: all'),
    state: z
      .enum(['enabled', 'paused', 'disabled'])
      .describe('paused: events are kept for it; disabled: they are not'),
    reason: z
      .enum(['failing', 'gone', 'asked'])
      .nullable()
      .describe('`failing` for three days, it answered 410 (`gone`), or an administrator `asked` for it'),
    stateAt: Time.describe('since when'),
    failingSince: Time.nullable().describe('the first failure since the last success'),
    publicKeys: z
      .array(z.string())
      .describe('whpk_…, for the ed25519 signatures (v1a), the newest first; two during a rotation'),
    waiting: z.int().describe('deliveries that were not taken yet'),
    failed: z.int().describe('deliveries that were given up'),
    createdAt: Time,
    createdBy: Id.nullable().describe('who added it, and is told when it stops; a key, or null: a command'),
  })
  .meta({ id: 'Webhook' })
export type Webhook = z.output<typeof Webhook>

const secret = z.string().describe('whsec_…, for the HMAC signatures (v1); it is shown this once')

export const AddedWebhook = Webhook.extend({ secret }).meta({ id: 'AddedWebhook' })
export type AddedWebhook = z.output<typeof AddedWebhook>
export const WebhookPage = pageOf(Webhook).meta({ id: 'WebhookPage' })

/** `POST /v1/webhooks/:id/secret` */
export const RotatedSecret = z
  .object({
    secret,
    publicKey: z.string(),
    formerValidUntil: Time.describe('requests are signed with the former secret too until then'),
  })
  .meta({ id: 'RotatedSecret' })
export type RotatedSecret = z.output<typeof RotatedSecret>

export const DeliveryState = z.enum(['waiting', 'delivered', 'failed']).meta({ id: 'DeliveryState' })
export type DeliveryState = z.output<typeof DeliveryState>

export const DeliveriesQuery = PageQuery.extend({ state: DeliveryState.optional() })

const Delivery = z
  .object({
    id: Id.describe('of the event, which is `webhook-id` of each request'),
    payload: WebhookPayload.describe('the body of the request'),
    state: DeliveryState,
    attempts: z.int().describe('since the last replay'),
    isReplay: z.boolean(),
    nextAt: Time.nullable(),
    last: z
      .object({
        at: Time.describe('when it was sent'),
        milliseconds: z.int().nullable().describe('null while it is under way'),
        status: z.int().nullable().describe('null when there was no answer'),
        fault: z.string().nullable().describe('why there was none'),
        answer: z.string().nullable().describe('the beginning of its body'),
      })
      .nullable()
      .describe('the last attempt'),
    deliveredAt: Time.nullable(),
  })
  .meta({ id: 'Delivery' })
export type Delivery = z.output<typeof Delivery>
export const DeliveryPage = pageOf(Delivery).meta({ id: 'DeliveryPage' })

/** `POST /v1/webhooks/:id/replay`: one event, or all of a time. */
export const ReplayDeliveries = z
  .strictObject({
    id: Id.optional().describe('of the event'),
    from: Time.optional().describe('when it happened; not before'),
    to: Time.optional().describe('before; now unless given'),
    state: DeliveryState.optional().describe('only deliveries in it'),
  })
  .superRefine(({ id, from, to, state }, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (id === undefined && from === undefined) wrong('id', fault('required'))
    if (id === undefined) return
    for (const [other, value] of Object.entries({ from, to, state }))
      if (value !== undefined) wrong(other, fault('not-both', { other: 'id' }))
  })
  .meta({ id: 'ReplayDeliveries' })
export type ReplayDeliveries = z.output<typeof ReplayDeliveries>

export const Replayed = z.object({ replayed: z.int() }).meta({ id: 'Replayed' })

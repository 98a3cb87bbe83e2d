import { z } from 'zod'
import { Id, Time, text } from './common.js'

/** What a service key may do; each endpoint of media that keys may call names one. */
export const Scope = z
  .enum([
    'uploads:read',
    'uploads:write',
    'people:read',
    'people:write',
    'people:erase',
    'webhooks:manage',
    'history:read',
    'stats:read',
    'upkeep:run',
  ])
  .meta({ id: 'Scope' })
export type Scope = z.output<typeof Scope>

/** `POST /v1/keys` */
export const CreateKey = z
  .strictObject({
    name: text(1, 80).describe('what it is for'),
    scopes: z.array(Scope).min(1).max(Scope.options.length),
    expiresInDays: z.int().min(1).max(3_650).default(365),
  })
  .meta({ id: 'CreateKey' })
export type CreateKey = z.output<typeof CreateKey>

/** A service key as it is listed: never the key itself. */
export const ServiceKey = z
  .object({
    id: Id.describe('the actor in the trail of what is done with it'),
    prefix: z.string().describe('how the key begins'),
    name: z.string(),
    scopes: z.array(Scope),
    createdAt: Time,
    createdBy: Id.nullable().describe('null: by a command'),
    expiresAt: Time,
    lastUsedAt: Time.nullable().describe('to the minute'),
    revokedAt: Time.nullable(),
  })
  .meta({ id: 'ServiceKey' })
export type ServiceKey = z.output<typeof ServiceKey>

export const CreatedKey = ServiceKey.extend({
  key: z.string().describe('the key, which is shown this once'),
}).meta({ id: 'CreatedKey' })
export type CreatedKey = z.output<typeof CreatedKey>

export const KeyList = z.object({ items: z.array(ServiceKey) }).meta({ id: 'KeyList' })

/** The ids of keys are UUID v8, those of people v7 or v4: who acted can be told without looking. */
export const isKeyId = (id: string | null): boolean => id?.[14] === '8'

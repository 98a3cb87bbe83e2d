import type { z } from 'zod'
import type { AnswerHeader } from '../endpoint.js'

type Headers = { readonly headers?: readonly AnswerHeader[] }

/** A JSON answer. */
export const json = <Body extends z.ZodType>(
  body: Body,
  description: string,
  { headers = [] }: Headers = {},
) => ({
  description,
  body,
  headers,
})

/** An answer whose status says it all. */
export const empty = (description: string, { headers = [] }: Headers = {}) => ({ description, headers })

/** A page of a list, with a link to the next one. */
export const page = <Body extends z.ZodType>(
  body: Body,
  description: string,
  { headers = [] }: Headers = {},
) => json(body, description, { headers: ['link', ...headers] })

/** The formats in which pictures are served. */
const pictureTypes = ['image/avif', 'image/webp', 'image/jpeg', 'image/png'] as const

/** A picture, the answer to who has it already, and where else it is served from. */
export const picture = {
  200: {
    description: 'The picture.',
    types: pictureTypes,
    headers: ['etag', 'cache-control', 'vary'],
  },
  304: empty('The picture has not changed since `If-None-Match`.', { headers: ['etag', 'cache-control'] }),
} as const

/** Where `DELIVERY=redirect` sends clients to a CDN. */
export const redirected = {
  302: empty('The picture is served from this address (only with `DELIVERY=redirect`).', {
    headers: ['location', 'cache-control'],
  }),
} as const

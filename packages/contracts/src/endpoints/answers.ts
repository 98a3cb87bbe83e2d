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

const pictureHeaders = ['etag', 'cache-control', 'content-disposition'] as const
type PictureType = 'image/avif' | 'image/webp' | 'image/jpeg' | 'image/png'

/** A picture of one of these types, and the answer to a client that has it already. */
export const picture = <const Types extends readonly PictureType[]>(
  types: Types,
  { headers = [] }: Headers = {},
) =>
  ({
    200: { description: 'The picture.', types, headers: [...pictureHeaders, ...headers] },
    304: empty('The picture has not changed since `If-None-Match`.', {
      headers: [...pictureHeaders, ...headers],
    }),
  }) as const

/** The answer with which `DELIVERY=redirect` sends clients to a CDN. */
export const redirected = ({ headers = [] }: Headers = {}) =>
  ({
    302: empty('The picture is served from this address (only with `DELIVERY=redirect`).', {
      headers: ['location', 'cache-control', ...headers],
    }),
  }) as const

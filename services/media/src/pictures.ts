import { z } from 'zod'

/** Headers of every picture served: bytes that came from people must never be read as anything else. */
export const pictureHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'content-disposition': 'inline',
  'cross-origin-resource-policy': 'cross-origin',
} as const

/** For the OpenAPI document: bytes of a picture, and the empty answer to a picture that has not changed. */
export const Picture = z.any().describe('the bytes of the picture')
export const Unchanged = z.undefined().describe('not modified')

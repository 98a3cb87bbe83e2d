import { z } from 'zod'

/** RFC 9457 problem details, as every error of both services is rendered. */
export const ProblemBody = z
  .object({
    type: z.string().describe('`urn:likeness:problem:` followed by the code'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe('stable kebab-case word, never translated'),
    instance: z.string().describe('path of the request'),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          path: z.string().describe('keys of the body with dots between, a query parameter, or a header'),
          code: z.string().describe('stable kebab-case word, never translated'),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' })
export type ProblemBody = z.output<typeof ProblemBody>

import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'

declare module 'fastify' {
  interface FastifySchema {
    /** A body that the route reads and judges as it arrives, by its type: for the document alone. */
    streamed?: Readonly<Record<string, z.ZodType>>
  }
}

type Described = Parameters<typeof jsonSchemaTransformObject>[0]

/** A route as the document has it, with the body it reads as it arrives. */
export const describeRoute: typeof jsonSchemaTransform = (document) => {
  const { streamed, ...schema } = document.schema ?? {}
  const described = jsonSchemaTransform({ ...document, schema })
  if (streamed === undefined) return described
  const content = Object.entries(streamed).map(([type, body]) => {
    const { $schema: _dialect, ...json } = z.toJSONSchema(body, { io: 'input' })
    return [type, { schema: json }] as const
  })
  return { ...described, schema: { ...described.schema, body: { content: Object.fromEntries(content) } } }
}

/**
 * The OpenAPI document with only those component schemas that its routes lead to: the contracts of all
 * services register their schemas in one place.
 */
export function describeRoutes(described: Described): ReturnType<typeof jsonSchemaTransformObject> {
  const document = jsonSchemaTransformObject(described)
  if (!('components' in document)) return document
  const schemas = Object.entries(document.components?.schemas ?? {})
  const named = new Set<string>()
  for (let found = namesIn(document.paths); found.length > 0; ) {
    for (const name of found) named.add(name)
    found = schemas
      .filter(([name]) => named.has(name))
      .flatMap(([, schema]) => namesIn(schema))
      .filter((name) => !named.has(name))
  }
  const kept = Object.fromEntries(schemas.filter(([name]) => named.has(name)))
  return { ...document, components: { ...document.components, schemas: kept } } as typeof document
}

const namesIn = (part: unknown): string[] =>
  [...JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].flatMap(
    ([, name]) => name ?? [],
  )

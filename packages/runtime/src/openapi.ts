import { jsonSchemaTransformObject } from 'fastify-type-provider-zod'

type Described = Parameters<typeof jsonSchemaTransformObject>[0]

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

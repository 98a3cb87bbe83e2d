import { isDeepStrictEqual } from 'node:util'

type Named = Readonly<Record<string, unknown>>

export interface OpenApi {
  openapi: string
  info: Named
  paths: Named
  components?: Readonly<Record<string, Named>>
  tags?: readonly { name: string }[]
}

/**
 * One document of the APIs that share this origin. Internal paths are left out.
 *
 * @param server the origin, as clients see it
 * @throws Error when two services give one name to two different components
 */
export function mergeOpenApi(documents: readonly OpenApi[], info: Named, server: string): OpenApi {
  const paths: Record<string, unknown> = {}
  const components: Record<string, Record<string, unknown>> = {}
  for (const document of documents) {
    for (const [path, item] of Object.entries(document.paths)) {
      if (!path.startsWith('/internal')) paths[path] = item
    }
    for (const [kind, named] of Object.entries(document.components ?? {})) {
      components[kind] ??= {}
      for (const [name, component] of Object.entries(named)) {
        const known = components[kind][name]
        if (known !== undefined && !isDeepStrictEqual(known, component)) {
          throw new Error(`Two services describe ${kind}/${name} differently.`)
        }
        components[kind][name] = component
      }
    }
  }
  const tags = new Map(documents.flatMap(({ tags = [] }) => tags.map((tag) => [tag.name, tag])))
  return {
    openapi: '3.1.0',
    info,
    ...{ servers: [{ url: server }] },
    paths,
    components,
    ...(tags.size > 0 && { tags: [...tags.values()] }),
  }
}

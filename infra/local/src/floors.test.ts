import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Packages from the ground up: each imports only those in lower rows. */
const storeys = [
  ['packages/contracts', 'packages/images', 'packages/storage'],
  ['packages/client', 'packages/runtime'],
  ['packages/docs', 'packages/element', 'packages/web', 'services/accounts', 'services/media'],
  ['packages/test-kit'],
  ['packages/cli'],
  ['infra/local'],
  ['bench', 'infra/client-test'],
]
const projects = storeys.flat()

/** The floors of a service from the ground up; the first match counts: a file imports its own and lower ones. */
const floors = [
  /^database\//,
  /^(?!(app|jobs|http|worker|http-entry|worker-entry|operations|index)\.ts$)/,
  /^(app|jobs)\.ts$/,
  /^/,
]

const isTest = (file: string) => /\.test\.ts$|\/testing\//.test(file)
const projectOf = (file: string) => projects.find((project) => file.startsWith(`${project}/`)) ?? ''
const inside = (file: string) => file.slice(`${projectOf(file)}/src/`.length)
const folderOf = (file: string) => inside(file).split('/')[0] ?? ''

type Import = { readonly from: string; readonly to: string }

// Types too: an import is a line that begins with `import` or `export`, or a call.
const statement = /^(?:import|export)\b[^'";]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm

/** Everything imported by the sources of a project: a file of it, or a package. */
function importsOf(project: string): Import[] {
  const files = readdirSync(join(root, project, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(project, 'src', name).replaceAll('\\', '/'))
  const fileAt = (path: string) => files.find((file) => file.replace(/\.tsx?$/, '.js') === path)
  return files.flatMap((from) => {
    const text = readFileSync(join(root, from), 'utf8')
    return Array.from(text.matchAll(statement), ([, ...names]): Import => {
      const name = names.find((found) => found !== undefined) ?? ''
      const path = relative(root, join(root, dirname(from), name)).replaceAll('\\', '/')
      return { from, to: name.startsWith('.') ? (fileAt(path) ?? path) : name }
    })
  })
}

/** The shortest way from a file back to itself, or nothing. */
function shortestCircle(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>()
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to])
  const wayBack = (start: string) => {
    const ways = [[start]]
    const seen = new Set<string>()
    for (const way of ways) {
      for (const to of next.get(way.at(-1) ?? '') ?? []) {
        if (to === start) return [...way, to]
        if (!seen.has(to)) ways.push([...way, to])
        seen.add(to)
      }
    }
    return undefined
  }
  const circles = [...next.keys()].map(wayBack).filter((way) => way !== undefined)
  return circles.sort((one, other) => one.length - other.length)[0] ?? []
}

const imports = new Map(projects.map((project) => [project, importsOf(project)]))
const all = [...imports.values()].flat()

t.test('no file imports itself through others', async (t) => {
  // `Tables` names every table, and every table is queried through it.
  const besidesTables = all.filter(
    ({ from, to }) => !(to.endsWith('/database/database.ts') && dirname(from) === dirname(to)),
  )
  t.strictSame(shortestCircle(besidesTables), [])
})

t.test('no folder imports itself through others', async (t) => {
  for (const project of projects) {
    const between = (imports.get(project) ?? [])
      .filter(({ from, to }) => !isTest(from) && projectOf(to) === project)
      .map(({ from, to }) => ({ from: folderOf(from), to: folderOf(to) }))
      .filter(({ from, to }) => from !== to)
    t.strictSame(shortestCircle(between), [], project)
  }
})

t.test('a file of a service imports its own floor and lower ones', async (t) => {
  const floorOf = (file: string) => floors.findIndex((floor) => floor.test(inside(file)))
  const upwards = all.filter(
    ({ from, to }) =>
      from.startsWith('services/') &&
      !isTest(from) &&
      projectOf(to) === projectOf(from) &&
      (floorOf(to) > floorOf(from) || isTest(to)),
  )
  t.strictSame(upwards, [])
})

t.test('a package imports those below, and its tests the test kit', async (t) => {
  const names = new Map(projects.map((project) => [project.replace(/^.*\//, '@likeness/'), project]))
  const storeyOf = (project: string) => storeys.findIndex((storey) => storey.includes(project))
  const upwards = all.filter(({ from, to }) => {
    const imported = names.get(to.split('/').slice(0, 2).join('/'))
    if (imported === undefined) return false
    // A test of a package may use it as strangers do.
    if (isTest(from) && ['packages/test-kit', projectOf(from)].includes(imported)) return false
    return storeyOf(imported) >= storeyOf(projectOf(from))
  })
  t.strictSame(upwards, [])
})

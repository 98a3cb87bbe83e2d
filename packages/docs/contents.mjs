// What the site has, in the order of its menu. Every page of docs/ has a place here; a test says which one lacks it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {{ source: string, address: string, title: string }} Page
 * `source`: a Markdown file, from the root of the repository; `address`: below `/docs/`, empty for the first one
 */

/** @type {readonly (readonly [section: string, sources: readonly string[]])[]} */
const sections = [
  ['Begin', ['docs/tutorial.md', 'docs/adopt/is-this-for-me.md']],
  ['Recipes', ['docs/adopt/']],
  ['Reference', ['packages/client/README.md', 'docs/element.md', 'docs/api-policy.md', 'docs/glossary.md']],
  [
    'Operate',
    ['docs/operations.md', 'docs/issuers.md', 'docs/webhooks.md', 'docs/audit.md', 'docs/security.md'],
  ],
  ['Understand', ['docs/architecture.md', 'docs/benchmarks.md', 'CONTRIBUTING.md', 'CHANGELOG.md']],
  ['Decisions', ['docs/adr/']],
]

/**
 * The menu. A folder stands for all its pages that have no place of their own.
 * @param {string} root @returns {{ section: string, pages: Page[] }[]}
 */
export function contentsOf(root) {
  const named = new Set(sections.flatMap(([, sources]) => sources))
  const pageOf = (/** @type {string} */ source) => ({
    source,
    address: addressOf(source),
    title: titleOf(readFileSync(join(root, source), 'utf8')),
  })
  return sections.map(([section, sources]) => ({
    section,
    pages: sources
      .flatMap((source) =>
        source.endsWith('/') ? pagesIn(root, source).filter((one) => !named.has(one)) : source,
      )
      .map(pageOf),
  }))
}

/** @param {string} root @param {string} folder */
const pagesIn = (root, folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    // What a folder's page says about all of them comes first.
    .sort((a, b) => Number(b === 'README.md') - Number(a === 'README.md') || a.localeCompare(b))
    .map((name) => folder + name)

/** `docs/adopt/README.md` is at `adopt`, `packages/client/README.md` at `client`. @param {string} source */
const addressOf = (source) =>
  source === 'docs/tutorial.md'
    ? ''
    : source
        .replace(/^(docs|packages)\//, '')
        .replace(/\/README\.md$|\.md$/, '')
        .toLowerCase()

/** @param {string} markdown */
const titleOf = (markdown) => /^# (.+)$/m.exec(markdown)?.[1]?.replaceAll(/[`*]/g, '') ?? ''

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** What `npm start` serves as `/docs`, rendered before the tests run. */
const site = join(root, 'packages/web/dist-app/docs')

const pages = new Map(
  readdirSync(site, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('index.html'))
    .map((name) => [addressOf(name), readFileSync(join(site, name), 'utf8')] as const),
)

t.test('every page of the documentation has a place in the site', async (t) => {
  const sources = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const missing = sources
    .filter((name) => name.endsWith('.md') && name !== 'tutorial.md')
    .map((name) => `/docs/${name.replace(/(^|\/)README\.md$|\.md$/, '').toLowerCase()}/`)
    .filter((address) => !pages.has(address))
  t.strictSame(missing, [])
  const menu = [...(pages.get('/docs/') ?? '').matchAll(/href="(\/docs\/[^"#]*)"/g)].map(([, href]) => href)
  t.strictSame(
    [...pages.keys()].filter((address) => !menu.includes(address)),
    [],
    'and each is in the menu',
  )
})

t.test('every link of it leads somewhere, to a part that is there', async (t) => {
  const dead: string[] = []
  let count = 0
  for (const [from, html] of pages) {
    for (const [, link = ''] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      // A product's own addresses, in examples, are none of the site.
      if (/^https?:/.test(link)) continue
      count += 1
      const { pathname, hash } = new URL(link, `http://likeness.test${from}`)
      const page = pages.get(pathname)
      const isFile = page === undefined && existsSync(join(root, 'packages/web/dist-app', pathname))
      const isThere =
        page === undefined
          ? isFile
          : hash === '' || page.includes(` id="${decodeURIComponent(hash.slice(1))}"`)
      if (!isThere) dead.push(`${from}: ${link}`)
    }
  }
  t.strictSame(dead, [])
  t.ok(count > 500, `${count} links`)
})

t.test('every link in the repository leads to a file, and to a part that is there', async (t) => {
  let count = 0
  const dead: string[] = []
  const folders = ['', 'docs', 'docs/adr', 'docs/adopt', 'packages/client']
  for (const folder of folders.filter((name) => existsSync(join(root, name)))) {
    for (const name of readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'))) {
      const text = readFileSync(join(root, folder, name), 'utf8').replaceAll(/```.*?```/gs, '')
      for (const [, link = ''] of text.matchAll(/\]\((?!\w+:|\/)([^)\s#]+)?(?:#[^)\s]*)?\)/g)) {
        count += 1
        if (link !== '' && !existsSync(join(root, folder, link))) dead.push(`${join(folder, name)}: ${link}`)
      }
    }
  }
  t.strictSame(dead, [])
  t.ok(count > 100, `${count} links`)
})

t.test('no page loads anything from elsewhere, or has a script or a style of its own', async (t) => {
  for (const [address, html] of pages) {
    t.notMatch(html, /<(?:script|img|link|iframe)\b[^>]*(?:src|href)="(?:https?:)?\/\//, address)
    t.notMatch(html, /<style|<script(?![^>]*\bsrc=)|\bstyle="|\bon\w+="/, address)
  }
})

/** `adr/0001-x/index.html` is `/docs/adr/0001-x/`. */
function addressOf(file: string): string {
  const folder = file.replaceAll('\\', '/').replace(/index\.html$/, '')
  return `/docs/${folder}`
}

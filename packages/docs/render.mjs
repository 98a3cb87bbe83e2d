// Makes a page of the site from Markdown.

import { posix } from 'node:path'
import GithubSlugger from 'github-slugger'
import hljs from 'highlight.js/lib/common'
import MarkdownIt from 'markdown-it'

/** @typedef {import('./contents.mjs').Page} Page */
/** @typedef {{ section: string, pages: readonly Page[] }[]} Contents */

hljs.registerAliases(['vue', 'svelte'], { languageName: 'xml' })

// HTML comments mark blocks for tests; a page has no other HTML than its pictures.
const markdown = new MarkdownIt({ html: true, highlight })

/** @param {string} code @param {string} language */
function highlight(code, language) {
  if (!hljs.getLanguage(language)) return markdown.utils.escapeHtml(code)
  return hljs.highlight(code, { language, ignoreIllegals: true }).value
}

/**
 * A whole page.
 * @param {{ page: Page, text: string, contents: Contents, style: string }} given `style`: the address of the style sheet
 */
export function renderPage({ page, text, contents, style }) {
  const { html, headings } = renderText(page, text, contents)
  const onThisPage = headings.filter(({ level }) => level === 2)
  const title = escapeHtml(page.title)
  return shell({
    title: page.address === '' ? 'Likeness: documentation' : `${title} · Likeness`,
    style,
    nav: menu(contents, page.address),
    body: `<article>${html}</article>${
      onThisPage.length < 2
        ? ''
        : `<nav class="here" aria-labelledby="here"><h2 id="here">On this page</h2><ul>${onThisPage
            .map(({ id, words }) => `<li><a href="#${id}">${words}</a></li>`)
            .join('')}</ul></nav>`
    }`,
  })
}

/**
 * The frame of every page.
 * @param {{ title: string, style: string, nav: string, body: string, head?: string, wide?: boolean }} given
 */
export const shell = ({ title, style, nav, body, head = '', wide = false }) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${style}">
<title>${title}</title>${head}
</head>
<body${wide ? ' class="wide"' : ''}>
<a class="skip" href="#content">Skip to the content</a>
<header><a class="brand" href="/docs/"><img src="/favicon.svg" alt="" width="32" height="32">Likeness</a><nav aria-label="Places"><a href="/docs/">Documentation</a><a href="/docs/api/">API</a><a href="/">Your account</a></nav></header>
${nav === '' ? '' : `<details class="menu"><summary>Contents</summary><nav aria-label="Contents">${nav}</nav></details>`}
<main id="content">${body}</main>
</body>
</html>
`

/** @param {Contents} contents @param {string} current the address of the page it is on */
export const menu = (contents, current) =>
  contents
    .filter(({ pages }) => pages.length > 0)
    .map(
      ({ section, pages }) =>
        `<h2>${section}</h2><ul>${pages
          .map(
            ({ address, title }) =>
              `<li><a href="${hrefOf(address)}"${address === current ? ' aria-current="page"' : ''}>${escapeHtml(title)}</a></li>`,
          )
          .join('')}</ul>`,
    )
    .join('')

/** @param {string} address */
const hrefOf = (address) => (address === '' ? '/docs/' : `/docs/${address}/`)

const escapeHtml = (/** @type {string} */ text) => markdown.utils.escapeHtml(text)

/**
 * @param {Page} page @param {string} text @param {Contents} contents
 * @returns {{ html: string, headings: { level: number, id: string, words: string }[] }}
 */
function renderText(page, text, contents) {
  const slugger = new GithubSlugger()
  const pages = new Map(contents.flatMap(({ pages }) => pages.map((one) => [one.source, one])))
  const tokens = markdown.parse(text, {})
  /** @type {{ level: number, id: string, words: string }[]} */
  const headings = []
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'html_block') token.content = withoutComments(token.content)
    if (token.type === 'heading_open') {
      const inline = tokens[index + 1]
      const id = slugger.slug(inline?.children?.map(({ content }) => content).join('') ?? '')
      token.attrSet('id', id)
      const words = markdown.renderer.renderInline(inline?.children ?? [], markdown.options, {})
      headings.push({ level: Number(token.tag.slice(1)), id, words: words.replaceAll(/<\/?a\b[^>]*>/g, '') })
    }
    // A wide table or a long line scrolls in itself, also by keyboard.
    if (token.type === 'table_open') token.attrSet('tabindex', '0')
    for (const child of token.children ?? []) {
      if (child.type === 'html_inline') child.content = withoutComments(child.content)
      if (child.type === 'link_open') place(child, page, pages)
      if (child.type === 'image') child.attrSet('src', assetAt(page, child.attrGet('src') ?? ''))
    }
  }
  // A link to a file that is no page keeps its words alone.
  for (const { children } of tokens) if (children) dropDeadLinks(children)
  const html = markdown.renderer
    .render(tokens, markdown.options, {})
    .replaceAll('<pre>', '<pre tabindex="0">')
  return { html, headings }
}

const withoutComments = (/** @type {string} */ html) => html.replaceAll(/<!--.*?-->/gs, '')

/**
 * Leads a link to another page of the site, and marks one to a file that is none.
 * @param {import('markdown-it').Token} link @param {Page} page @param {Map<string, Page>} pages
 */
function place(link, page, pages) {
  const href = link.attrGet('href') ?? ''
  if (/^[a-z]+:|^#/.test(href)) return
  const [file = '', anchor] = href.split('#')
  const path = posix.join(posix.dirname(page.source), file)
  const found = pages.get(path) ?? pages.get(posix.join(path, 'README.md'))
  if (found) link.attrSet('href', hrefOf(found.address) + (anchor === undefined ? '' : `#${anchor}`))
  else link.meta = { dead: true }
}

/** @param {import('markdown-it').Token[]} children */
function dropDeadLinks(children) {
  let inside = false
  for (const token of children) {
    if (token.type === 'link_open' && token.meta?.dead) inside = true
    if (!inside) continue
    if (token.type === 'link_close') inside = false
    if (token.type.startsWith('link_')) {
      token.type = 'text'
      token.content = ''
    }
  }
}

/** Where a picture of a page is served. @param {Page} page @param {string} src */
const assetAt = (page, src) =>
  /^[a-z]+:/.test(src) ? src : `/docs/files/${posix.join(posix.dirname(page.source), src)}`

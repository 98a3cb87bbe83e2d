// Renders the documentation of this repository, and the API's reference, into a folder of files. Plain JavaScript, like
// setup.mjs: it runs before anything is compiled.

import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import scalar from '@scalar/fastify-api-reference'
import Fastify from 'fastify'
import { rolldown } from 'rolldown'
import { contentsOf } from './contents.mjs'
import { menu, renderPage, shell } from './render.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = resolve(here, '../..')

/** Writes the site, and nothing else, into a folder that is served as `/docs`. @param {string} folder */
export async function writeDocs(folder) {
  const write = (/** @type {string} */ file, /** @type {string | Uint8Array} */ content) => {
    const path = join(folder, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  /** Writes a file that never changes under its name, and returns its address. */
  const writeAsset = (/** @type {string} */ name, /** @type {string} */ content) => {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
    const file = `assets/${name.replace('.', `-${hash}.`)}`
    write(file, content)
    return `/docs/${file}`
  }
  rmSync(folder, { recursive: true, force: true })

  const tokens = readFileSync(join(root, 'packages/web/src/tokens.css'), 'utf8')
  const style = writeAsset('site.css', tokens + readFileSync(join(here, 'site.css'), 'utf8'))
  const contents = contentsOf(root)
  for (const page of contents.flatMap(({ pages }) => pages)) {
    const text = readFileSync(join(root, page.source), 'utf8')
    write(join(page.address, 'index.html'), renderPage({ page, text, contents, style }))
    for (const [, src = ''] of text.matchAll(/!\[[^\]]*\]\(([^):\s]+)\)/g)) {
      const from = join(dirname(page.source), src)
      mkdirSync(dirname(join(folder, 'files', from)), { recursive: true })
      cpSync(join(root, from), join(folder, 'files', from))
    }
  }

  const scripts = [
    writeAsset('scalar.js', await scalarScript()),
    writeAsset('reference.js', await referenceScript()),
  ]
  write(
    'api/index.html',
    shell({
      title: 'API · Likeness',
      style,
      wide: true,
      nav: '',
      head: scripts.map((src) => `<script type="module" src="${src}"></script>`).join(''),
      body: '<h1 class="unseen">API reference</h1><div id="access"></div><div id="reference"></div>',
    }),
  )
  return menu(contents, '')
}

/** The script of the reference's library, which its plugin holds. */
async function scalarScript() {
  const server = Fastify()
  await server.register(scalar, { routePrefix: '/', configuration: { url: '/openapi.json' } })
  const { body } = await server.inject({ url: '/js/scalar.js' })
  await server.close()
  return body
}

async function referenceScript() {
  const bundle = await rolldown({
    input: join(here, 'src/reference.ts'),
    cwd: here,
    platform: 'browser',
    resolve: { conditionNames: ['likeness-source'], extensionAlias: { '.js': ['.ts', '.js'] } },
  })
  const { output } = await bundle.generate({ minify: true, comments: false })
  await bundle.close()
  return output[0].code
}

// Serves an example as the product would, under a strict Content-Security-Policy:
//   node examples/serve.mjs plain --login ada --password '…'
// The product knows who its visitor is, and gives their access token to the page alone.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const likenessOfExamples = 'http://127.0.0.1:8080'
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

/**
 * @param {object} options
 * @param {string} options.folder what is served: `plain`, or `react/dist`
 * @param {string} [options.url] the origin of Likeness, whose CORS_ORIGINS name this product
 * @param {string} options.login who is logged in @param {string} options.password
 * @param {number} [options.port] by default any
 * @returns {Promise<{ origin: string, close: () => void }>}
 */
export async function serveExample({ folder, url = likenessOfExamples, login, password, port = 0 }) {
  const root = fileURLToPath(new URL(`${folder}/`, import.meta.url))
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${url}`,
    "style-src 'self'",
    `img-src ${url}`,
    `connect-src 'self' ${url}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')

  const logIn = async () => {
    const answer = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password }),
    })
    if (!answer.ok) throw new Error(`${login} cannot log in: ${answer.status}`)
    return /** @type {Promise<{ accessToken: string, user: { id: string } }>} */ (answer.json())
  }
  const visitor = await logIn()

  /** @param {string} path @returns {Promise<{ type: string, body: string }>} */
  const answer = async (path) => {
    if (path === '/me.json')
      return { type: 'application/json', body: JSON.stringify({ user: visitor.user.id }) }
    if (path === '/token') return { type: 'text/plain', body: (await logIn()).accessToken }
    const file = join(root, path === '/' ? 'index.html' : normalize(path))
    const type = types[/** @type {keyof typeof types} */ (extname(file))] ?? 'application/octet-stream'
    return { type, body: (await readFile(file, 'utf8')).replaceAll(likenessOfExamples, url) }
  }

  const server = createServer((request, response) => {
    answer(new URL(request.url ?? '/', 'http://product').pathname).then(
      ({ type, body }) =>
        response.setHeader('content-type', type).setHeader('content-security-policy', policy).end(body),
      () => response.writeHead(404).end(),
    )
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: open } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { origin: `http://127.0.0.1:${open}`, close }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      login: { type: 'string', default: 'ada' },
      password: { type: 'string', default: 'plum violin harbour 92' },
      port: { type: 'string', default: '3000' },
      url: { type: 'string', default: likenessOfExamples },
    },
  })
  const { origin } = await serveExample({
    ...values,
    folder: positionals[0] ?? 'plain',
    port: Number(values.port),
  })
  console.log(`The product is at ${origin}`)
}

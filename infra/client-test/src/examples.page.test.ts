import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { serveLikeness } from '@likeness/local/testing'
import { noChromium, openBrowser, usePage } from '@likeness/local/testing/page'
import { freePort } from '@likeness/test-kit'
import t from 'tap'
import { serveProduct } from './testing/serve-product.js'

const photo = await readFile(new URL('../../../docs/example/phone-photo.jpg', import.meta.url))
const file = { name: 'me.jpg', mimeType: 'image/jpeg', buffer: photo }

// The one in plain HTML is driven by the test of the element.
t.test('a product in React', { skip: noChromium }, async (t) => {
  const example = fileURLToPath(new URL('../../../examples/react', import.meta.url))
  const args = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn']
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: example, encoding: 'utf8' })
  t.equal(status, 0, stderr)
  const port = await freePort()
  const { url, admin } = await serveLikeness(t, { CORS_ORIGINS: `http://127.0.0.1:${port}` })
  const person = { login: admin.email, password: admin.password }
  const product = await serveProduct(t, { folder: 'react/dist', url, ...person, port })
  await usePage(t, await openBrowser(), product, async (t, page) => {
    await page.getByRole('button', { name: 'Change the picture' }).click()
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByRole('button', { name: 'Use this picture' }).click()
    await page.getByRole('heading', { name: 'Your new picture is live.' }).waitFor()
    await page.getByText('Your colleagues see it from now on.').waitFor()
    await t.resolves(page.locator('likeness-avatar img[src*=".webp"]:not(.absent)').waitFor())
  })
})

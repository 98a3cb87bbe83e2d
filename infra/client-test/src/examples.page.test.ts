import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { serveLikeness } from '@likeness/local/testing'
import { noChromium, openBrowser, usePage } from '@likeness/local/testing/page'
import { freePort } from '@likeness/test-kit'
import t from 'tap'
import { serveProduct } from './testing/serve-product.js'

const photo = await readFile(new URL('../../../docs/example/phone-photo.jpg', import.meta.url))
const file = { name: 'me.jpg', mimeType: 'image/jpeg', buffer: photo }

/** The frameworks of examples/, and the program that checks the types of each. */
const frameworks = [
  ['react', 'typescript/bin/tsc'],
  ['vue', 'vue-tsc/bin/vue-tsc.js'],
  ['svelte', 'svelte-check/bin/svelte-check'],
] as const

/** Runs a program of an example in its folder. @returns what it printed if it failed */
async function run(folder: string, program: string, ...args: string[]): Promise<string> {
  const cwd = fileURLToPath(new URL(`../../../examples/${folder}`, import.meta.url))
  const started = promisify(execFile)(process.execPath, [`node_modules/${program}`, ...args], { cwd })
  return started.then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}` || 'It failed.',
  )
}

for (const [folder, checker] of frameworks)
  t.test(`the types of the product in ${folder}`, async (t) => t.equal(await run(folder, checker), ''))

// The one in plain HTML is driven by the test of the element.
t.test('in Chromium', { skip: noChromium }, async (t) => {
  const ports = await Promise.all(frameworks.map(() => freePort()))
  const { url, admin } = await serveLikeness(t, {
    CORS_ORIGINS: ports.map((port) => `http://127.0.0.1:${port}`).join(),
  })
  const person = { login: admin.email, password: admin.password }
  for (const [index, [framework]] of frameworks.entries())
    await t.test(`a product in ${framework}`, async (t) => {
      t.equal(await run(framework, 'vite/bin/vite.js', 'build', '--logLevel', 'warn'), '')
      const port = ports[index] ?? 0
      const product = await serveProduct(t, { folder: `${framework}/dist`, url, ...person, port })
      await usePage(t, await openBrowser(), product, async (t, page) => {
        await page.getByRole('button', { name: 'Change the picture' }).click()
        await page.locator('input[type=file]').setInputFiles(file)
        await page.getByRole('button', { name: 'Use this picture' }).click()
        await page.getByRole('heading', { name: 'Your new picture is live.' }).waitFor()
        await page.getByText('Your colleagues see it from now on.').waitFor()
        await t.resolves(page.locator('likeness-avatar img[src*=".webp"]:not(.absent)').waitFor())
      })
    })
})

import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { serveLikeness } from '@likeness/local/testing'
import openapiTS, { astToString } from 'openapi-typescript'
import t, { type Test } from 'tap'
import ts from 'typescript'

const root = new URL('../', import.meta.url)
const made = new URL('dist/program/', root)

t.test('a client generated from /openapi.json runs the flow, typed, and without zod', async (t) => {
  const { url } = await serveLikeness(t)
  await mkdir(made, { recursive: true })
  await writeFile(new URL('api.ts', made), await generate(`${url}/openapi.json`))
  for (const file of ['flow.ts', 'tsconfig.json']) {
    await copyFile(new URL(`program/${file}`, root), new URL(file, made))
  }
  compile(t)

  const { runFlow } = (await import(new URL('flow.js', made).href)) as {
    runFlow: (options: { url: string; picture: Blob }) => Promise<unknown>
  }
  const photo = await readFile(new URL('../../docs/example/phone-photo.jpg', root))
  const picture = new Blob([photo], { type: 'image/jpeg' })
  t.match(await runFlow({ url, picture }), {
    taken: /^(username|email)-taken$/,
    location: /\/v1\/uploads\/[\da-f-]{36}$/,
    published: { status: 'published', originalFilename: 'raw.jpg', altText: 'A square' },
    second: { status: 'published', originalFilename: 'form.jpg' },
    refusal: 'already-confirmed',
    me: { username: 'generated', avatar: { urls: { 64: { webp: /^http/ } } } },
    names: ['form.jpg', 'raw.jpg'],
    missing: 'user-not-found',
  })
})

/** The types of a client, in which bytes are a `Blob`. */
async function generate(document: string): Promise<string> {
  const blob = ts.factory.createTypeReferenceNode('Blob')
  const nodes = await openapiTS(new URL(document), {
    transform: ({ format }) => (format === 'binary' ? blob : undefined),
  })
  return astToString(nodes)
}

/** Compiles the program with the compiler that its users have; TypeScript of another major version compiles this file. */
function compile(t: Test): void {
  const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))
  const options = [compiler, '-p', fileURLToPath(made), '--listFiles']
  const { status, stdout } = spawnSync(process.execPath, options, { encoding: 'utf8' })
  t.equal(status, 0, stdout)
  const files = stdout.split('\n').filter((file) => file !== '' && !file.includes('/typescript/lib/'))
  t.ok(files.some((file) => pathToFileURL(file).href === new URL('api.ts', made).href))
  t.strictSame(
    files.filter((file) => /zod|@likeness|\/packages\//.test(file)),
    [],
    'its types need nothing of this repository',
  )
}

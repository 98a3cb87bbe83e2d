/*
 * What a page loads of Likeness: the client whole and what an upload takes of it, and the element, minified and gzipped.
 */
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Row } from '../measuring/report.js'
import { inTree } from '../product/tree.js'

export async function measureSizes(): Promise<Row[]> {
  const { bundleOf } = await load<{ bundleOf: (code: string) => Promise<{ bytes: number }> }>(
    'packages/client/bundle.mjs',
  )
  const { buildElement } = await load<{ buildElement: () => Promise<{ code: string }> }>(
    'packages/element/build.mjs',
  )
  const [client, react] = ['index', 'react'].map((name) => inTree(`packages/client/dist/${name}.js`))
  const whole = await bundleOf(`export * from '${client}'; export * from '${react}'`)
  const upload = await bundleOf(
    `import { uploads } from '${client}'; export const { send, preview, confirm } = uploads`,
  )
  const element = gzipSync((await buildElement()).code, { level: 9 }).length
  const row = (what: string, product: number, aim?: string): Row => ({
    ...{ part: 'adopt', what, unit: 'B', product, aim },
  })
  return [
    row('`@likeness/client` whole, with the hook of React, gzip', whole.bytes, '≤ 8 kB'),
    row('of it what sends, previews and confirms, gzip', upload.bytes),
    row('`<likeness-avatar>` with everything, gzip', element, '≤ 30 kB'),
  ]
}

const load = async <Module>(path: string): Promise<Module> =>
  (await import(pathToFileURL(inTree(path)).href)) as Module

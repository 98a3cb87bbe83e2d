import type { Test } from 'tap'

type Serve = (options: {
  folder: string
  url: string
  login: string
  password: string
  port?: number
}) => Promise<{ origin: string; close: () => void }>

/** Serves a folder of examples/ as a product would, until the test ends. @returns its origin */
export async function serveProduct(t: Test, options: Parameters<Serve>[0]): Promise<string> {
  const module = new URL('../../../../examples/serve.mjs', import.meta.url)
  const { serveExample } = (await import(module.href)) as { serveExample: Serve }
  const { origin, close } = await serveExample(options)
  t.teardown(close)
  return origin
}

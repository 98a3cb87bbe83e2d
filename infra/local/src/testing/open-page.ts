import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Endpoint } from '@likeness/contracts'
import type { AxeResults } from 'axe-core'
import { type Browser, type ConsoleMessage, chromium, type Page } from 'playwright-core'
import root, { type Test } from 'tap'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** The reason why tests in a browser are skipped, or false: `t.test('…', { skip: noChromium }, …)`. */
export const noChromium: string | false =
  !existsSync(executablePath) && `no Chromium at ${executablePath} (CHROMIUM_PATH names another)`

let browser: Promise<Browser> | undefined

/** A Chromium that talks only to the page, one per test file, closed with it. */
export function openBrowser(): Promise<Browser> {
  browser ??= launch()
  return browser
}

async function launch(): Promise<Browser> {
  const launched = await chromium.launch({
    executablePath,
    args: [
      // As root, as in a container, Chromium's own sandbox cannot start.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--no-first-run',
      // A camera that sees a pattern, for pages that may use it.
      '--use-fake-device-for-media-stream',
    ],
  })
  root.teardown(() => launched.close())
  return launched
}

/**
 * Runs `body` on a page of someone new to the site, then asserts that no script threw, that the Content-Security-Policy
 * had nothing to stop, and that every request succeeded except those it names by `mayRefuse`.
 */
export async function usePage(
  t: Test,
  browser: Browser,
  url: string,
  body: (t: Test, page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ baseURL: url, reducedMotion: 'reduce' })
  try {
    const page = await context.newPage()
    // Each wait ends by what it waits for; this only stops a hanging test.
    page.setDefaultTimeout(10 * 60_000)
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      if (message.type() !== 'error') return
      const fault = refusalIn(message) ?? message.text()
      if (!refusals.get(page)?.includes(fault)) faults.push(fault)
    })
    await page.goto('/')
    await body(t, page)
    t.strictSame(faults, [], 'no error in the console, and no failed request except those provoked')
  } finally {
    await context.close()
  }
}

const refusals = new WeakMap<Page, readonly string[]>()

/** Names the refusals that a test provokes and the console reports: a status, or `net::…`, and the endpoint. */
export function mayRefuse(
  page: Page,
  ...requests: readonly [why: number | string, endpoint: Endpoint][]
): void {
  const named = requests.map(([why, { path }]) => `${why} ${path}`)
  refusals.set(page, [...(refusals.get(page) ?? []), ...named])
}

/** Chromium reports each answer of 400 and above, and each request without an answer. */
function refusalIn(message: ConsoleMessage): string | undefined {
  const text = message.text()
  if (!text.startsWith('Failed to load resource')) return undefined
  const why = /status of (\d+)/.exec(text)?.[1] ?? /net::\w+/.exec(text)?.[0] ?? text
  return `${why} ${new URL(message.location().url).pathname.replace(/[\da-f]{8}-[\da-f-]{27}/g, ':id')}`
}

/**
 * Asserts that axe finds nothing on the page as it is, in light and in dark, and that nothing is cut off at
 * a width of 320 px (WCAG 2.2 SC 1.4.10).
 */
export async function assertAccessible(t: Test, page: Page, step: string): Promise<void> {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
  await page.evaluate(await readFile(axe, 'utf8'))
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await settled(page)
    const { violations } = (await page.evaluate('axe.run(document)')) as AxeResults
    const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.failureSummary) }))
    t.strictSame(found, [], `${step} is accessible in ${colorScheme}`)
  }
  const viewport = page.viewportSize()
  await page.setViewportSize({ width: 320, height: 640 })
  t.ok(await page.evaluate('document.documentElement.scrollWidth <= 320'), `${step} fits 320 px`)
  if (viewport) await page.setViewportSize(viewport)
}

/** Waits for colours, which change with the next frame and fade for a moment: axe judges what it sees. */
async function settled(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  await page.evaluate('Promise.allSettled(document.getAnimations().map((animation) => animation.finished))')
}

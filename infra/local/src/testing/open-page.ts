import { existsSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Endpoint } from '@likeness/contracts'
import { rootOf } from '@likeness/test-kit'
import type { AxeResults } from 'axe-core'
import { type Browser, type ConsoleMessage, chromium, type Page } from 'playwright-core'
import t, { type Test } from 'tap'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** The reason why tests in a browser are skipped, or false: `t.test('…', { skip: noChromium }, …)`. */
export const noChromium: string | false =
  !existsSync(executablePath) && `no Chromium at ${executablePath} (CHROMIUM_PATH names another)`

/** Chromium heeds only the last of such lists, so the first lines repeat what Playwright turns off. */
const withoutFeatures = [
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades'],
  ...['HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'PaintHolding'],
  ...['ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'OptimizationHints'],
  ...['NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch', 'TcpPortRandomizationWin'],
  // With each window, the address bar would load two pages of its own.
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'],
  // It would keep a process ready for a page that never comes.
  'SpareRendererForSitePerProcess',
]

let browser: Promise<Browser> | undefined

/** A Chromium that talks only to the page, one per process, closed with it. */
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
      `--disable-features=${withoutFeatures.join()}`,
      // A camera for pages that may use it.
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${await cameraView()}`,
    ],
  })
  rootOf(t).teardown(() => launched.close())
  return launched
}

/** The view of the camera: four fields, in reading order red, green, blue and yellow (YUV4MPEG2, BT.601). */
async function cameraView(): Promise<string> {
  const [width, height] = [320, 240]
  /** The fields' values of Y, Cb and Cr. */
  const planes = [
    [81, 145, 41, 210],
    [90, 54, 240, 16],
    [240, 34, 110, 146],
  ]
  const bytes = planes.map(([a = 0, b = 0, c = 0, d = 0], plane) => {
    const [across, down] = plane === 0 ? [width, height] : [width / 2, height / 2]
    const row = (left: number, right: number) =>
      Buffer.concat([Buffer.alloc(across / 2, left), Buffer.alloc(across / 2, right)])
    return Buffer.concat(Array.from({ length: down }, (_, y) => (y < down / 2 ? row(a, b) : row(c, d))))
  })
  const file = join(await mkdtemp(join(tmpdir(), 'likeness-camera-')), 'view.y4m')
  const header = `YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\nFRAME\n`
  await writeFile(file, Buffer.concat([Buffer.from(header), ...bytes]))
  return file
}

/**
 * Runs `body` on a page of someone new to the site, then asserts that no script threw, that the Content-Security-Policy
 * had nothing to stop, and that every request succeeded except those it names by `mayRefuse` and `mayTell`. If `body` fails, its error
 * tells what the page showed.
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
      const isProvoked = refusals.get(page)?.includes(fault) || tellings.get(page)?.test(message.text())
      if (!isProvoked) faults.push(fault)
    })
    await page.goto('/')
    await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
    await body(t, page).catch(async (error: unknown) => {
      throw Object.assign(error instanceof Error ? error : new Error(String(error)), {
        shown: await shownBy(page),
        faults,
      })
    })
    t.strictSame(faults, [], 'no error in the console, and no failed request except those provoked')
  } finally {
    await context.close()
  }
}

/** What a person would see, for someone who reads of a wait in vain. */
async function shownBy(page: Page): Promise<string> {
  const shown = await page.locator('body').ariaSnapshot({ timeout: 10_000 }).catch(String)
  return `${page.url()}\n${shown}`
}

const refusals = new WeakMap<Page, readonly string[]>()

/** Names the refusals that a test provokes and the console reports: a status, or `net::…`, and the endpoint. */
export function mayRefuse(
  page: Page,
  ...requests: readonly [why: number | string, endpoint: Endpoint][]
): void {
  const named = requests.map(([why, { path }]) => `${why} ${path.replace(/:\w+/g, ':id')}`)
  refusals.set(page, [...(refusals.get(page) ?? []), ...named])
}

const tellings = new WeakMap<Page, RegExp>()

/** Says what else the console may tell, of faults that a test provokes. */
export function mayTell(page: Page, telling: RegExp): void {
  tellings.set(page, telling)
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
  if (await page.evaluate('typeof axe === "undefined"')) {
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
    await page.evaluate(await readFile(axe, 'utf8'))
  }
  for (const [colorScheme, options] of [
    ['light', {}],
    // Only the colours differ.
    ['dark', { runOnly: ['color-contrast', 'link-in-text-block'] }],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await settled(page)
    // Listing where each rule is kept takes longer than checking it.
    const run = `axe.run(document, ${JSON.stringify({ ...options, resultTypes: ['violations'] })})`
    const violations: AxeResults['violations'] = await page.evaluate(
      `${run}.then((results) => results.violations)`,
    )
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

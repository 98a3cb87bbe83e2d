import type { Endpoint } from '@likeness/contracts'
import type { Page } from 'playwright-core'

/** A password the policy accepts. */
export const password = 'violet anvil harvest moon'

/** The address with which a username is registered here. */
export const addressOf = (username: string) => `${username}@likeness.test`

/** Fills in the registration form and sends it. */
export async function fillIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('E-mail').fill(addressOf(username))
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
}

/** Registers and waits for the page of a signed-in user. */
export async function register(page: Page, username: string): Promise<void> {
  await fillIn(page, username, password)
  await signedIn(page)
}

/** Fills in the log-in form, wherever it is shown, and sends it. */
export async function logIn(page: Page, login: string, secret = password): Promise<void> {
  await page.getByLabel('E-mail or username').fill(login)
  await page.getByLabel('Password').fill(secret)
  await page.keyboard.press('Enter')
}

/** Logs in as an operator and opens a page of the console. */
export async function enterConsole(
  page: Page,
  { email, password }: { readonly email: string; readonly password: string },
  address: string,
): Promise<void> {
  await page.goto('/log-in')
  await logIn(page, email, password)
  await signedIn(page)
  await page.goto(address)
}

/** The row of a table that has this text. */
export const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })

/** Waits for the page of a signed-in user. @param email as their card shows it */
export async function signedIn(page: Page, email?: string): Promise<void> {
  await page.getByRole('button', { name: 'Choose a picture' }).waitFor()
  if (email !== undefined) await page.getByText(email, { exact: true }).waitFor()
}

export async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Create your account' }).waitFor()
}

/** How a page's network is, in bytes a second; full speed and online unless said otherwise. */
type Network = { readonly up?: number; readonly down?: number; readonly offline?: boolean }

/** Takes hold of a page's network. */
export async function openNetwork(page: Page): Promise<(network: Network) => Promise<void>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  return async ({ up = -1, down = -1, offline = false }) => {
    const throughput = { downloadThroughput: down, uploadThroughput: up }
    await session.send('Network.emulateNetworkConditions', { offline, latency: 0, ...throughput })
  }
}

/** Holds the requests to an endpoint until they are released. */
export async function holdRequest(page: Page, { method, path }: Endpoint) {
  let release = () => {}
  const released = new Promise<void>((done) => {
    release = done
  })
  await page.route(
    (address) => address.pathname === path,
    async (route) => {
      if (route.request().method() === method) await released
      await route.continue().catch(() => undefined)
    },
  )
  return { release }
}

/** Makes a JPEG longer: bytes behind its end are no part of it. */
export const longer = (jpeg: Buffer, bytes: number) => Buffer.concat([jpeg, Buffer.alloc(bytes)])

/** Waits for an alert. */
export const alert = (page: Page, title: string, detail: string | RegExp) =>
  page.getByRole('alert').filter({ hasText: title }).filter({ hasText: detail }).waitFor()

/** Presses Tab until the button of this name has focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).waitFor()
  for (let count = 0; count < 40; count += 1) {
    const focused = await page.evaluate(
      'document.activeElement.getAttribute("aria-label") ?? (document.activeElement.textContent || document.activeElement.title)',
    )
    if (focused === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reaches ${name}`)
}

/** Drops files on the page. */
export async function drop(
  page: Page,
  ...files: readonly { name: string; type: string; bytes: Buffer }[]
): Promise<void> {
  const given = files.map(({ bytes, ...file }) => ({ ...file, base64: bytes.toString('base64') }))
  const dataTransfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer()
    for (const { name, type, base64 } of ${JSON.stringify(given)}) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      transfer.items.add(new File([bytes], name, { type }))
    }
    return transfer
  })()`)
  for (const event of ['dragenter', 'dragover', 'drop']) {
    await page.dispatchEvent('body', event, { dataTransfer })
  }
}

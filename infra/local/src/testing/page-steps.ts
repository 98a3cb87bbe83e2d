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

/** Waits for the page of a signed-in user. @param email as their card shows it */
export async function signedIn(page: Page, email?: string): Promise<void> {
  await page.getByRole('button', { name: 'Choose a picture' }).waitFor()
  if (email !== undefined) await page.getByText(email, { exact: true }).waitFor()
}

export async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Create your account' }).waitFor()
}

/** Waits for an alert. */
export const alert = (page: Page, title: string, detail: string | RegExp) =>
  page.getByRole('alert').filter({ hasText: title }).filter({ hasText: detail }).waitFor()

/** Presses Tab until the button of this name has focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).waitFor()
  for (let count = 0; count < 40; count += 1) {
    const focused = await page.evaluate(
      'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent',
    )
    if (focused === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reaches ${name}`)
}

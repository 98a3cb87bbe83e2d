import { waitFor } from '@likeness/test-kit'
import type { Page } from 'playwright-core'
import sharp from 'sharp'

/** Red, green and blue, 0 to 255. */
type Colour = readonly number[]

/** The colour in the middle of what is seen of an element. */
async function seenIn(page: Page, selector: string): Promise<Colour> {
  const shot = sharp(await page.locator(selector).screenshot())
  const { data, info } = await shot.raw().toBuffer({ resolveWithObject: true })
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels
  return [...data.subarray(at, at + 3)]
}

const isNear = (seen: Colour, wanted: Colour) =>
  wanted.every((value, channel) => Math.abs(value - (seen[channel] ?? 0)) < 30)

/** Waits until the picture is in this colour. */
export const shows = (page: Page, selector: string, wanted: Colour) =>
  waitFor(async () => isNear(await seenIn(page, selector), wanted), {
    for: `${selector} in ${wanted.join(' ')}`,
  })

/** Waits until it is not. */
export const isNot = (page: Page, selector: string, wanted: Colour) =>
  waitFor(async () => !isNear(await seenIn(page, selector), wanted), { for: `${selector} to change` })

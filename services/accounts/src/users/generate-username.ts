import { randomInt } from 'node:crypto'
import { generateNickname } from '../profiles/generate-nickname.js'

/** A username for who chose none, such as `keen-otter-482193`. Not unique: one in a thousand million is like another. */
export const generateUsername = (): string =>
  generateNickname()
    .toLowerCase()
    .replace(/ (\w+) \d+$/, (_, animal) => `-${animal}-${randomInt(100_000, 1_000_000)}`)

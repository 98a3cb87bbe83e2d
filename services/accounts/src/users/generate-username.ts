import { randomInt } from 'node:crypto'
import { chooseWords } from './generate-nickname.js'

/** A username for someone who chose none, such as `keen-otter-482193`. Not unique: there are a thousand million. */
export const generateUsername = (): string =>
  `${chooseWords().join('-').toLowerCase()}-${randomInt(100_000, 1_000_000)}`

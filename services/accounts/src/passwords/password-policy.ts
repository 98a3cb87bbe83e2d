import type { FieldFault } from '@likeness/contracts'
import type { ZxcvbnFactory } from '@zxcvbn-ts/core'
import type { Person } from '../database/people.queries.js'
import { problem } from '../problems.js'

const least = 12
const most = 128
/** zxcvbn: "safely unguessable" to someone with time to try. */
const leastScore = 3
/** Characters zxcvbn looks at. Its time grows faster than their number: at worst 0.1 s for these, 0.5 s for 128. */
const guessedOf = 64
/** Letters that must be left once the user's own words are removed. */
const leastOwn = 8

/**
 * Refuses a password that breaks the policy: NIST SP 800-63B-4 §3.1.1.2, which requires length and a blocklist and
 * forbids composition rules. Characters are code points of the NFKC form.
 * @param about what the user is known by: username, address, names
 * @throws Problem `weak-password` with one fault per broken rule
 */
export async function assertStrong(password: string, about: readonly string[]): Promise<void> {
  const errors = await weaknessesOf(password, about)
  if (errors.length > 0) throw problem('weak-password', { errors })
}

/** Each rule that a password breaks; see `assertStrong`. */
export async function weaknessesOf(password: string, about: readonly string[]): Promise<FieldFault[]> {
  const rules = await brokenRules(password.normalize('NFKC'), about)
  return rules.map((rule) => ({ path: 'password', ...rule }))
}

/** The words a person is known by, none of which makes a password. */
export const wordsOf = (person: Person): string[] =>
  [
    person.username,
    person.email,
    person.nickname,
    person.first_name,
    person.last_name,
    person.company_name,
    person.birth_date?.replaceAll('-', ''),
  ].filter((word): word is string => typeof word === 'string')

async function brokenRules(password: string, about: readonly string[]): Promise<Omit<FieldFault, 'path'>[]> {
  const { length } = Array.from(password)
  if (length > most) return [{ code: 'too-long', parameters: { limit: most } }]
  const { guesser, common } = await guessing()
  const words = ownWords(about)
  const { score } = guesser.check(password.slice(0, guessedOf), words)
  const rules = [
    { broken: length < least, code: 'too-short', parameters: { limit: least } },
    { broken: common.has(password.toLowerCase()), code: 'too-common', parameters: {} },
    { broken: isMadeOf(password, words), code: 'too-personal', parameters: {} },
    { broken: score < leastScore, code: 'too-easy-to-guess', parameters: {} },
  ] as const
  return rules.filter(({ broken }) => broken).map(({ code, parameters }) => ({ code, parameters }))
}

function ownWords(about: readonly string[]): string[] {
  const texts = [...about, 'likeness'].map((text) => text.normalize('NFKC').toLowerCase())
  const parts = texts.flatMap((text) => [text, ...text.split('@'), ...text.split(/[^\p{L}\p{N}]+/u)])
  return [...new Set(parts)].filter((part) => part.length >= 3).sort((a, b) => b.length - a.length)
}

function isMadeOf(password: string, words: readonly string[]): boolean {
  const plain = password.toLowerCase()
  const rest = words.reduce((text, word) => text.replaceAll(word, ''), plain)
  return rest !== plain && rest.length < leastOwn
}

// 50,000 words take 75 ms and 30 MB to load, so a process that sets no password does not load them.
let loading: Promise<{ guesser: ZxcvbnFactory; common: ReadonlySet<string> }> | undefined
function guessing() {
  loading ??= Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]).then(
    ([{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }]) => ({
      guesser: new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs }),
      common: new Set(dictionary['passwords-common']),
    }),
  )
  return loading
}

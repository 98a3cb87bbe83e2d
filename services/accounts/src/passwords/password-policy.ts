import type { ZxcvbnFactory } from '@zxcvbn-ts/core'
import type { Person } from '../database/users.table.js'
import { problem } from '../problems.js'

const least = 12
const most = 128
/** zxcvbn: "safely unguessable" to someone who may try for long. */
const leastScore = 3
/** Its time grows faster than the length: 0.1 s for this much of the worst, 0.5 s for 128. */
const guessedOf = 64
/** Letters that must be left when the user's own words are taken out. */
const leastOwn = 8

/**
 * Refuses a password that breaks the policy: NIST SP 800-63B-4 §3.1.1.2, which wants length and a blocklist
 * and forbids composition rules. Characters are code points of the NFKC form.
 * @param about what the user is known by: username, address, names
 * @throws Problem `weak-password` with one message per broken rule
 */
export async function assertStrong(password: string, about: readonly string[]): Promise<void> {
  const messages = await brokenRules(password.normalize('NFKC'), about)
  if (messages.length === 0) return
  throw problem('weak-password', {}, { errors: messages.map((message) => ({ path: 'password', message })) })
}

/** What a person is known by, none of which makes a password. */
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

async function brokenRules(password: string, about: readonly string[]): Promise<string[]> {
  const { length } = Array.from(password)
  if (length > most) return [`must have at most ${most} characters`]
  const { guesser, common } = await guessing()
  const words = ownWords(about)
  const { score } = guesser.check(password.slice(0, guessedOf), words)
  const broken: Readonly<Record<string, boolean>> = {
    [`must have at least ${least} characters`]: length < least,
    'is one of the most common passwords': common.has(password.toLowerCase()),
    'must not be made of your own name or address': isMadeOf(password, words),
    'is too easy to guess': score < leastScore,
  }
  return Object.keys(broken).filter((rule) => broken[rule])
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

// 50,000 words take 75 ms and 30 MB to load, so a process that sets no password does not.
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

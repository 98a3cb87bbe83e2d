/*
 * Where the time of a confirmation goes, step by step: the statements that the processes send, by relays between them and
 * PostgreSQL, the files they store, and what the client sees. The round of median length is shown, with milliseconds
 * since the client sent its confirmation. A relay adds a few tenths of a millisecond to each statement.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { me, uploads } from '@likeness/contracts/endpoints'
import { openStatementRelay, type Statement, type StatementRelay } from '@likeness/test-kit/statement-relay'
import { makePhoto } from '../measuring/make-photo.js'
import type { Row } from '../measuring/report.js'
import { logIn, openCalls } from '../product/client.js'
import { followUpload } from '../product/follow.js'
import { type Name, openStack, type Stack } from '../product/stack.js'
import type { Part } from './part.js'

const rounds = 5
const lookMs = 500
const anotherCrop = { x: 500, y: 300, width: 2000, height: 2000 }

/** The queue's worker looks for work all the time. */
const looking = /stalled-job|Claim the next|"no job" signal|claimable|next delayed job|registered schedulers/

type Step = { readonly at: number; readonly what: string }
type Relays = Map<Name, StatementRelay>

export const measureWaterfall: Part = async () => {
  const relays: Relays = new Map()
  const stack = await openStack({
    async wayOf(name, url) {
      const relay = relays.get(name) ?? (await openStatementRelay(url))
      relays.set(name, relay)
      return relay.urlOf(url)
    },
  })
  if (!stack) return []
  try {
    const photo = await makePhoto()
    return [
      ...rowsOf('default crop', await medianRound(stack, relays, photo, {})),
      ...rowsOf('another crop', await medianRound(stack, relays, photo, { crop: anotherCrop })),
    ]
  } finally {
    await stack.close()
    for (const relay of relays.values()) await relay.close()
  }
}

const rowsOf = (crop: string, steps: readonly Step[]): Row[] =>
  steps.map(({ at, what }) => ({ part: 'waterfall', what: `${crop}: ${what}`, unit: 'ms', product: at }))

async function medianRound(
  stack: Stack,
  relays: Relays,
  photo: Buffer,
  choice: { crop?: typeof anotherCrop },
): Promise<Step[]> {
  const { accessToken } = await logIn(stack, choice.crop ? 'cropped' : 'default')
  const taken: Step[][] = []
  // The first two warm the processes up.
  for (let round = -2; round < rounds; round += 1) {
    const steps = await confirmOnce(stack, relays, photo, accessToken, choice)
    if (round >= 0) taken.push(steps)
  }
  const length = (steps: readonly Step[]) => steps.at(-1)?.at ?? 0
  return taken.toSorted((a, b) => length(a) - length(b))[rounds >> 1] ?? []
}

async function confirmOnce(
  stack: Stack,
  relays: Relays,
  photo: Buffer,
  token: string,
  choice: { crop?: typeof anotherCrop },
): Promise<Step[]> {
  const [media, accounts] = [stack.parts.media.url, stack.parts.accounts.url]
  const toMedia = openCalls(media, token)
  const picture = new Blob([new Uint8Array(photo)], { type: 'image/jpeg' })
  const { id } = (await toMedia(uploads.create, { body: picture })).body
  await followUpload(media, token, id, 'preview')
  await sleep(lookMs)

  const began = performance.now()
  const since = () => performance.now() - began
  const steps: Step[] = []
  const { status } = (await toMedia(uploads.confirm, { params: { id }, body: choice })).body
  steps.push({ at: since(), what: `the client has its answer: ${status}` })
  if (status !== 'published') {
    await followUpload(media, token, id, 'published')
    steps.push({ at: since(), what: 'the client is told: published' })
  }
  await openCalls(accounts, token)(me.read, {})
  steps.push({ at: since(), what: 'the client sees it in the profile' })
  const end = performance.now()

  for (const [name, relay] of relays) {
    for (const statement of relay.statements) {
      if (statement.sentAt < began || statement.sentAt > end || looking.test(statement.text)) continue
      steps.push({ at: statement.sentAt - began, what: describe(name, statement) })
    }
  }
  const written = await filesSince(join(stack.folder, 'pictures'), performance.timeOrigin + began)
  const [first, last] = [written[0], written.at(-1)]
  if (first !== undefined && last !== undefined) {
    const at = (time: number) => time - performance.timeOrigin - began
    steps.push({ at: at(first), what: `the first of ${written.length} files is written` })
    steps.push({ at: at(last), what: `the last of ${written.length} files is written` })
  }
  return steps.toSorted((a, b) => a.at - b.at)
}

const process: Readonly<Record<Name, string>> = {
  accounts: 'accounts API',
  accountsWorker: 'accounts worker',
  media: 'media API',
  mediaWorker: 'media worker',
}

function describe(
  name: Name,
  { database, name: prepared, text, sentAt, answeredAt = sentAt }: Statement,
): string {
  const words = text
    .replace(/\/\*.*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 60)
  // A name that the queue's library made up says nothing.
  const label = /-/.test(prepared) ? prepared : words
  return `${process[name]}, ${database}: ${label} (${(answeredAt - sentAt).toFixed(1)} ms)`
}

/** When files were last written since a time, ms since 1970, in order. */
async function filesSince(folder: string, time: number): Promise<number[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((one) => one.isFile())
  const times = await Promise.all(
    files.map(async (one) => (await stat(join(one.parentPath, one.name))).mtimeMs),
  )
  return times.filter((written) => written >= time).toSorted((a, b) => a - b)
}

import { setTimeout as pause } from 'node:timers/promises'
import type { TakeDown, TakeDownList, Takedown } from '@likeness/contracts'
import type { Connection } from '@likeness/contracts/call'
import type { Command } from 'commander'
import { confirm } from '../confirm.js'
import { counted } from '../counted.js'
import { action, type Given } from '../finish.js'
import { integerOf, read } from '../read-given.js'
import { ask, deploymentOf } from '../remote.js'

const lookMs = 1_000

/** Adds `takedown`: every use of a picture, and with a reason taking all of them down. */
export function addTakedown(program: Command): void {
  program
    .command('takedown <address>')
    .description(
      'list every use of a picture by any of its addresses or the id of its upload; with --reason take down what is listed, after asking',
    )
    .option('--reason <text>', 'why; the owners are told')
    .option('--alike <bits>', 'also pictures whose look differs in at most so many of 64 bits, such as 8')
    .option('--block', 'refuse the picture, and those alike, from now on')
    .option('--except <ids>', 'uploads to leave as they are, separated by commas')
    .option('--dry-run', 'only list, also with --reason')
    .action(
      action(async (given, address = '') => {
        const remote = deploymentOf(given)
        const body = await bodyOf(given, address)
        const list = await listUses(remote, body)
        const { reason } = body
        if (reason === undefined || given.dryRun === true)
          return { result: { ...list }, lines: linesOf(list) }
        if (!given.json && !given.yes) process.stderr.write(`${linesOf(list).join('\n')}\n`)
        const chosen = list.items.filter(
          ({ act, uploadId }) => act !== 'none' && !body.except.includes(uploadId),
        )
        const users = new Set(chosen.map(({ userId }) => userId)).size
        const what = `${counted(chosen.length, 'upload')} of ${counted(users, 'user')}`
        const blocks = body.block ? ', and refuses the picture from now on' : ''
        await confirm(given, `This takes down ${what}${blocks}. Their owners are told why.`, 'refuse')
        const done = await takeDown(remote, { ...body, seen: list.seen })
        const counts = Object.entries(done.uploads).map(([what, count]) => `${count} ${what}`)
        return { result: { ...done }, lines: [counts.join(', ')] }
      }),
    )
}

async function bodyOf(given: Given, address: string): Promise<TakeDown> {
  const { TakeDown } = await import('@likeness/contracts')
  const { reason, alike, block, except } = given
  return read(TakeDown, {
    ...{ address, reason, block },
    alike: alike === undefined ? undefined : integerOf('--alike', alike, 0),
    except: typeof except === 'string' ? except.split(/\s*,\s*/) : undefined,
  })
}

/** All pages of the dry run in one. */
async function listUses(remote: Connection, body: TakeDown): Promise<TakeDownList> {
  const { moderation } = await import('@likeness/contracts/endpoints')
  const items: TakeDownList['items'] = []
  for (let cursor: string | undefined; ; ) {
    const query = { dryRun: 'true', limit: 100, ...(cursor && { cursor }) } as const
    const page = (await ask(remote, moderation.takeDown, { query, body })).body as TakeDownList
    items.push(...page.items)
    if (page.nextCursor === null) return { ...page, items }
    cursor = page.nextCursor
  }
}

/** Takes down what was listed, and waits until that is done. */
async function takeDown(remote: Connection, body: TakeDown): Promise<Takedown> {
  const { moderation } = await import('@likeness/contracts/endpoints')
  let done = (await ask(remote, moderation.takeDown, { query: {}, body })).body as Takedown
  while (done.finishedAt === null) {
    await pause(lookMs)
    done = (await ask(remote, moderation.readTakedown, { params: { id: done.id } })).body
  }
  return done
}

const linesOf = ({ items, total, toTakeDown, users, hasLook, alike, sha256 }: TakeDownList) => [
  ...items.map(({ uploadId, userId, status, act, distance, uploadedAt }) =>
    [uploadId, userId, status.padEnd(10), act.padEnd(8), `${distance} bits`, uploadedAt].join('  '),
  ),
  `${counted(total, 'upload')} of ${counted(users, 'user')}, ${toTakeDown} to take down; sha256 ${sha256}`,
  hasLook
    ? alike === null
      ? 'the same bytes only; --alike 8 also finds pictures that look alike'
      : `pictures that differ in at most ${alike} bits`
    : 'it has no look to compare: the same bytes only',
]

import { setTimeout as pause } from 'node:timers/promises'
import type { Upload } from '@likeness/contracts'
import type { Connection } from '@likeness/contracts/call'
import type { Command } from 'commander'
import { confirm } from '../confirm.js'
import { counted } from '../counted.js'
import { action, type Given } from '../finish.js'
import { read } from '../read-given.js'
import { ask, deploymentOf, RefusedError } from '../remote.js'

const askAgainMs = 500

/** Adds `erase upload`, `erase pictures` and `erase person`. */
export function addErase(program: Command): void {
  const erase = program.command('erase').description('erase one upload, all pictures of a user, or a person')
  erase
    .command('upload <id>')
    .description('erase a past picture, or discard a pending one; asks first')
    .option('--dry-run', 'erase nothing, only show what it is')
    .action(action((given, id = '') => eraseOne(given, id)))
  erase
    .command('pictures <user-id>')
    .description('withdraw the avatar of a user and erase every picture of theirs; asks first')
    .requiredOption('--reason <text>', 'why; they are told')
    .option('--dry-run', 'erase nothing, only count')
    .action(action((given, userId = '') => erasePictures(given, userId)))
  erase
    .command('person <issuer> <subject>')
    .description(
      'erase a person of another login with all that is held on them, and wait until it is done; asks first. `users close` is for accounts',
    )
    .option('--dry-run', 'erase nothing, only show who it is')
    .action(action((given, issuer = '', subject = '') => erasePerson(given, issuer, subject)))
}

async function eraseOne(given: Given, typed: string) {
  const remote = deploymentOf(given)
  const [{ Id }, { uploads }] = await contracts()
  const params = { id: await read(Id, typed) }
  const { id, userId, status } = (await ask(remote, uploads.read, { params })).body
  if (given.dryRun) return { result: { id, userId, status, erased: false } }
  await confirm(given, `This erases the upload ${id} (${status}), for good.`, 'refuse')
  await ask(remote, uploads.remove, { params })
  return { result: { id, userId, status, erased: true } }
}

async function erasePictures(given: Given, typed: string) {
  const remote = deploymentOf(given)
  const [{ Id, RefuseUpload }, { avatars }] = await contracts()
  const userId = await read(Id, typed)
  const { reason } = await read(RefuseUpload, { reason: given.reason })
  const found = await uploadsOf(remote, userId)
  const live = found.find(({ status }) => status === 'published')
  if (given.dryRun) return { result: { userId, withdrawn: live ? 1 : 0, erased: found.length } }
  const avatar = live ? 'withdraws their avatar and ' : ''
  await confirm(
    given,
    `This ${avatar}erases ${counted(found.length, 'upload')} of ${userId}, for good.`,
    'refuse',
  )
  if (live) await ask(remote, avatars.withdraw, { params: { userId }, body: { reason } })
  const kept: string[] = []
  for (const { id } of found) if (!(await isRemoved(remote, id))) kept.push(id)
  const attention =
    kept.length === 0 ? undefined : `${kept.join(', ')} became an avatar meanwhile; run it again.`
  return {
    result: {
      ...{ userId, withdrawn: live ? 1 : 0, erased: found.length - kept.length },
      ...(attention !== undefined && { attention }),
    },
  }
}

/** All uploads of a user that are not gone already. */
async function uploadsOf(remote: Connection, userId: string): Promise<Upload[]> {
  const [, { uploads }] = await contracts()
  const found: Upload[] = []
  for (let cursor: string | undefined; ; ) {
    const query = { userId, limit: 100, ...(cursor && { cursor }) }
    const { items, nextCursor } = (await ask(remote, uploads.list, { query })).body
    found.push(...items.filter(({ status }) => status !== 'discarded'))
    if (nextCursor === null) return found
    cursor = nextCursor
  }
}

/** @returns false when it is the avatar, or on its way to be */
async function isRemoved(remote: Connection, id: string): Promise<boolean> {
  const [, { uploads }] = await contracts()
  try {
    await ask(remote, uploads.remove, { params: { id } })
    return true
  } catch (error) {
    if (error instanceof RefusedError && (error.code === 'upload-is-live' || error.code === 'not-pending'))
      return false
    throw error
  }
}

async function erasePerson(given: Given, issuer: string, subject: string) {
  const remote = deploymentOf(given)
  const [{ PersonParams }, { people }] = await contracts()
  const params = await read(PersonParams, { issuer, subject })
  const { id } = (await ask(remote, people.read, { params })).body
  if (given.dryRun) return { result: { id, issuer, subject, erased: false } }
  await confirm(
    given,
    `This erases ${subject} of ${issuer} and all that is held on them, for good.`,
    'refuse',
  )
  while ((await ask(remote, people.erase, { params })).status === 202) await pause(askAgainMs)
  return { result: { id, issuer, subject, erased: true } }
}

const contracts = () =>
  Promise.all([import('@likeness/contracts'), import('@likeness/contracts/endpoints')] as const)

import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { CommandError } from '../finish.js'
import { connect } from './connect.js'

/** The databases of the services as they were at one moment, each in a transaction that only reads. */
export type Snapshots = {
  /** Undefined where media works without it. */
  readonly accounts: pg.Client | undefined
  readonly media: pg.Client
  close(): Promise<void>
}

const lockNotAvailable = '55P03'
const tries = 20

/**
 * Opens both at the same moment, although each database has its own transactions. Whatever media tells accounts, and
 * whatever ends or begins there, adds to `activities` or deletes from it, so nothing passes between the services while
 * that table is locked, which is for the milliseconds in which both snapshots are taken. Two snapshots of different
 * moments would be a state that never was: an avatar told that media has not published, an erasure that is over in
 * media only.
 * @throws CommandError when a transaction in accounts stays open for a minute
 */
export async function openSnapshots(urls: {
  accounts: string | undefined
  media: string
}): Promise<Snapshots> {
  const clients: pg.Client[] = []
  const add = async (url: string) => {
    const client = await connect(url, 'backup')
    clients.push(client)
    return client
  }
  const close = async () => {
    for (const client of clients.splice(0)) await client.end()
  }
  try {
    const media = await add(urls.media)
    if (urls.accounts === undefined) {
      await freeze(media)
      return { accounts: undefined, media, close }
    }
    const [accounts, gate] = [await add(urls.accounts), await connect(urls.accounts, 'backup')]
    try {
      await whileHeld(gate, async () => {
        for (const client of [accounts, media]) await freeze(client)
      })
    } finally {
      await gate.end()
    }
    return { accounts, media, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function freeze(client: pg.Client): Promise<void> {
  await client.query('begin isolation level repeatable read read only')
  await client.query('select pg_current_snapshot()')
}

async function whileHeld(gate: pg.Client, work: () => Promise<void>): Promise<void> {
  for (let left = tries; ; left -= 1) {
    await gate.query('begin')
    try {
      // One table, so that no deadlock is possible. Its writers wait behind this for no longer either.
      await gate.query("set local lock_timeout = '2s'")
      await gate.query('lock table activities in share mode')
      return await work()
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === lockNotAvailable)) throw error
      if (left === 0)
        throw new CommandError('A transaction in the database of accounts stays open; try again later.')
    } finally {
      await gate.query('rollback')
    }
    await pause(1_000)
  }
}

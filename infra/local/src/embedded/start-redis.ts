import { access, constants } from 'node:fs/promises'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { waitFor } from '@likeness/test-kit/processes'
import { type Kept, keep } from './keep.js'

export interface RedisOptions {
  /** An existing folder for its log; it keeps no data. */
  folder: string
  port: number
}

export interface Redis extends Kept {
  url: string
}

/**
 * Starts the machine's own redis-server on 127.0.0.1, keeping nothing on disk, and waits until it answers.
 *
 * @returns undefined when there is no redis-server on PATH
 */
export async function startRedis({ folder, port }: RedisOptions): Promise<Redis | undefined> {
  const command = await findOnPath('redis-server')
  if (command === undefined) return undefined
  const kept = keep({
    command,
    args: [
      '--bind',
      '127.0.0.1',
      '--port',
      String(port),
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
    ],
    logFile: join(folder, 'redis.log'),
    stopSignal: 'SIGTERM',
  })
  const answers = () => !kept.running || pings(port)
  await waitFor(answers, { for: 'Redis to answer' })
  if (!kept.running) throw new Error(`Redis did not start, see ${join(folder, 'redis.log')}.`)
  return Object.assign(kept, { url: `redis://127.0.0.1:${port}` })
}

async function findOnPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, program)
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return file
  }
  return undefined
}

function pings(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (answer) => {
      socket.destroy()
      resolve(answer.toString().startsWith('+PONG'))
    })
    socket.once('error', () => resolve(false))
  })
}

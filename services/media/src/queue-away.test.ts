import { uploads } from '@likeness/contracts/endpoints'
import { type Door, noRedis, openDoor, startProcess, waitFor, watchTimers } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { onlyTask } from './testing/only-task.js'
import { startMedia } from './testing/start-media.js'
import { publish, upload } from './testing/steps.js'

/**
 * How long a worker waits before it asks a queue again that is away, in milliseconds: a second once fetching was
 * refused, BullMQ's tenth of a second once listening was, and which one comes first is a matter of chance.
 */
const [aSecond, aTenth] = [1_000, 100]
/** BullMQ's own pause once fetching was refused. */
const fifteenSeconds = 15_000

for (const queue of ['postgres', 'redis'] as const) {
  const skip = queue === 'redis' && noRedis

  t.test(`a queue that was away is worked a second after its return, ${queue}`, { skip }, async (t) => {
    const door = doorway(t)
    const media = await startMedia(t, {
      queue,
      through: door.through,
      config: { REQUEUE_AFTER_SECONDS: '1', UPKEEP_SCHEDULE: onlyTask('requeue-stuck') },
    })
    await media.work()
    const person = await media.person()
    await publish(person)

    const waits = watchTimers(t)
    await door.shut()
    const { id } = await upload(person)
    const pauses = () => waits.filter((ms) => ms === aSecond || ms === aTenth)
    await waitFor(() => pauses().length > 2, { for: 'workers to ask again' })
    t.notOk(waits.includes(fifteenSeconds))
    await door.open()
    await waitFor(async () => (await person.call(uploads.read, { params: { id } })).body.previewUrl)
    t.equal((await person.call(uploads.preview, { params: { id } })).status, 200)
  })
}

t.test('processes end by themselves while Redis is away', { skip: noRedis }, async (t) => {
  const door = doorway(t)
  const { PORT: _, ...env } = (await startMedia(t, { queue: 'redis', through: door.through })).env
  const start = (name: string) => startProcess(t, name, { ...env, LOG_LEVEL: 'warn' })
  const processes = [await start('media-worker'), await start('media')]
  await door.shut()
  const missed = () => processes.every((one) => one.output().includes('ECONNREFUSED'))
  await waitFor(missed, { for: 'Redis to be missed' })
  // 1 where the time a process has to end ran out.
  t.strictSame(await Promise.all(processes.map((one) => one.stop())), [0, 0])
})

/** A door for `startMedia` to go through. */
function doorway(t: Test) {
  let door: Door | undefined
  return {
    through: async (url: string): Promise<string> => {
      door = await openDoor(t, url)
      return door.url
    },
    shut: async () => door?.shut(),
    open: async () => door?.open(),
  }
}

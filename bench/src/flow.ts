/*
 * The flow as its users feel it: from confirm until the profile shows the new avatar, idle, on both queues.
 *
 * Run: node bench/dist/flow.js [rounds, 30]
 */
import { me, uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit/processes'
import { describeMachine } from './machine.js'
import { makePhoto } from './make-photo.js'
import { logIn, openCalls, openStack, type Stack } from './stack.js'

const rounds = Number(process.argv[2] ?? 30)
const photo = await makePhoto()

console.log(describeMachine())
console.log(
  `confirm → avatar readable in GET /v1/me; 12 MP JPEG of ${(photo.length / 1e6).toFixed(1)} MB, ${rounds} rounds`,
)
for (const queue of ['postgres', 'redis'] as const) {
  const stack = await openStack(queue)
  if (!stack) {
    console.log(`${queue.padEnd(10)} not measured: redis-server is not on PATH`)
    continue
  }
  try {
    const times = await measure(stack)
    console.log(
      `${queue.padEnd(10)} p50 ${at(times, 0.5)} ms   p95 ${at(times, 0.95)} ms   best ${at(times, 0)} ms`,
    )
  } finally {
    await stack.close()
  }
}

async function measure(stack: Stack): Promise<number[]> {
  const token = await logIn(stack, 'flow')
  const [toMedia, toAccounts] = [openCalls(stack.media, token), openCalls(stack.accounts, token)]
  const picture = new Blob([new Uint8Array(photo)], { type: 'image/jpeg' })
  const times: number[] = []
  let version = 0
  // The first two warm the processes up.
  for (let round = -2; round < rounds; round += 1) {
    const params = { id: (await toMedia(uploads.create, { body: picture })).body.id }
    const read = async () => (await toMedia(uploads.read, { params })).body
    await waitFor(async () => (await read()).previewUrl !== null, { for: 'the preview' })

    const began = performance.now()
    await toMedia(uploads.confirm, { params })
    await waitFor(
      async () => {
        const avatar = (await toAccounts(me.read, {})).body?.avatar
        const newer = (avatar?.version ?? 0) > version
        version = avatar?.version ?? 0
        return newer
      },
      { for: 'the avatar', everyMs: 5 },
    )
    if (round >= 0) times.push(performance.now() - began)
  }
  return times.toSorted((a, b) => a - b)
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(0)
}

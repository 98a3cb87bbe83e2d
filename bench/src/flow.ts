/*
 * The flow as its users feel it: from confirm until the profile shows the new avatar, idle, on both queues.
 *
 * Run: node bench/dist/flow.js [rounds, 30]
 */
import type { Upload, User } from '@likeness/contracts'
import { waitFor } from '@likeness/test-kit/processes'
import { describeMachine } from './machine.js'
import { makePhoto } from './make-photo.js'
import { logIn, openStack, type Stack } from './stack.js'

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
  const headers = { authorization: `Bearer ${token}` }
  const times: number[] = []
  let version = 0
  // The first two warm the processes up.
  for (let round = -2; round < rounds; round += 1) {
    const created = await fetch(`${stack.media}/v1/uploads`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'image/jpeg' },
      body: new Uint8Array(photo),
    })
    const { id } = (await created.json()) as Upload
    const read = async () =>
      (await (await fetch(`${stack.media}/v1/uploads/${id}`, { headers })).json()) as Upload
    await waitFor(async () => (await read()).previewUrl !== null, { for: 'the preview' })

    const began = performance.now()
    const confirmed = await fetch(`${stack.media}/v1/uploads/${id}/confirm`, { method: 'POST', headers })
    if (confirmed.status !== 202) throw new Error(`confirm answered ${confirmed.status}`)
    await waitFor(
      async () => {
        const me = (await (await fetch(`${stack.accounts}/v1/me`, { headers })).json()) as User
        const newer = (me.avatar?.version ?? 0) > version
        version = me.avatar?.version ?? 0
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

/*
 * Latency as people feel it, on an idle machine: from an upload to its preview, and from a confirmation until the
 * profile shows the picture, with the default crop and with another one. One client, 12 MP JPEG.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { me, uploads } from '@likeness/contracts/endpoints'
import { makePhoto } from '../measuring/make-photo.js'
import type { Row } from '../measuring/report.js'
import { quantile } from '../measuring/turns.js'
import { logIn, openCalls } from '../product/client.js'
import { followUpload } from '../product/follow.js'
import { openStack, type Stack } from '../product/stack.js'
import type { Part } from './part.js'

const roundsATurn = 5
// People look at the preview for longer than anything takes that the worker still does.
const lookMs = 300
const anotherCrop = { x: 500, y: 300, width: 2000, height: 2000 }

type Crop = typeof anotherCrop | undefined
type Times = { preview: number[]; answered: number[]; shown: number[] }

export const measureConfirm: Part = async ({ turns }) => {
  const photo = await makePhoto()
  const rows: Row[] = []
  for (const queue of ['postgres', 'redis'] as const) {
    const stack = await openStack({ queue })
    if (!stack) continue
    try {
      const byDefault = await measure(stack, photo, undefined, turns * roundsATurn)
      const cropped = await measure(stack, photo, anotherCrop, turns * roundsATurn)
      const where = queue === 'redis' ? ', queue on Redis' : ''
      const row = (what: string, times: number[], aim?: string): Row => ({
        ...{
          part: 'confirm',
          what: `${what}${where}, p50`,
          unit: 'ms',
          aim: queue === 'redis' ? undefined : aim,
        },
        product: quantile(times, 0.5),
        note: `p95 ${quantile(times, 0.95).toFixed(0)} ms, least ${quantile(times, 0).toFixed(0)} ms`,
      })
      rows.push(
        row('default crop, confirm → profile', byDefault.shown, '≤ 35 ms'),
        row('another crop, confirm → profile', cropped.shown, '≤ 90 ms'),
      )
      if (queue === 'redis') continue
      rows.push(
        row('confirm → its answer', byDefault.answered),
        row('upload → preview', [...byDefault.preview, ...cropped.preview]),
      )
    } finally {
      await stack.close()
    }
  }
  return rows
}

async function measure(stack: Stack, photo: Buffer, crop: Crop, rounds: number): Promise<Times> {
  const { accessToken } = await logIn(stack, crop ? 'cropped' : 'default')
  const [media, accounts] = [stack.parts.media.url, stack.parts.accounts.url]
  const [toMedia, toAccounts] = [openCalls(media, accessToken), openCalls(accounts, accessToken)]
  const picture = new Blob([new Uint8Array(photo)], { type: 'image/jpeg' })
  const times: Times = { preview: [], answered: [], shown: [] }
  let version = 0
  // The first two warm the processes up.
  for (let round = -2; round < rounds; round += 1) {
    const began = performance.now()
    const { id } = (await toMedia(uploads.create, { body: picture })).body
    await followUpload(media, accessToken, id, 'preview')
    const preview = performance.now() - began
    await sleep(lookMs)

    const asked = performance.now()
    const { status } = (await toMedia(uploads.confirm, { params: { id }, body: crop ? { crop } : {} })).body
    const answered = performance.now() - asked
    if (status !== 'published') await followUpload(media, accessToken, id, 'published')
    const { body } = await toAccounts(me.read, {})
    const shown = performance.now() - asked
    const seen = body?.avatar?.version ?? 0
    if (seen <= version) throw new Error('published, and the profile does not show it')
    version = seen
    if (round < 0) continue
    times.preview.push(preview)
    times.answered.push(answered)
    times.shown.push(shown)
  }
  return times
}

import type { FlowSnapshot } from '@likeness/client'
import { button, h } from '../dom.js'
import type { Scene, Step } from './step.js'

const titles = {
  loading: 'loading',
  shrinking: 'loading',
  sending: 'sending',
  preparing: 'preparing',
  discarding: 'discarding',
  publishing: 'publishing',
  undoing: 'undoing',
} as const

/** The states in which the flow works, and the person waits. */
export type Waiting = Extract<FlowSnapshot, { step: keyof typeof titles }>

/** How far it is, and what keeps it. */
export function waitStep(snapshot: Waiting, { flow, texts }: Scene): Step {
  const title = texts[titles[snapshot.step]]
  const progress = h('progress', { part: 'progress', 'aria-label': title })
  const trouble = h('p', { role: 'status', class: 'soft' })
  const update = (next: FlowSnapshot) => {
    if (next.step === 'sending') progress.value = next.share
    trouble.textContent = 'trouble' in next && next.trouble ? texts.trouble : ''
  }
  update(snapshot)
  const { step } = snapshot
  return {
    title,
    body: [progress, trouble],
    actions:
      step === 'sending' || step === 'shrinking'
        ? [button('secondary', texts.cancel, flow.cancel)]
        : step === 'preparing'
          ? [button('secondary', texts.discard, flow.cancel)]
          : [],
    update,
  }
}

import type { AvatarFlow, FlowSnapshot } from '@likeness/client'
import { h, iconButton } from './dom.js'
import { chooseStep } from './steps/choose.js'
import { cropStep } from './steps/crop.js'
import type { Scene, Step } from './steps/step.js'
import { takeFile } from './steps/take-file.js'
import { waitStep } from './steps/wait.js'
import type { Texts } from './texts.js'

/** The dialog in which a picture is changed. */
export type Editor = {
  readonly dialog: HTMLDialogElement
  readonly open: () => void
  /** Closes it and stops what is under way. */
  readonly stop: () => void
}

/** @param changed called with each snapshot of the flow */
export function createEditor(
  flow: AvatarFlow,
  texts: Texts,
  changed: (snapshot: FlowSnapshot) => void,
): Editor {
  const heading = h('h2', { id: 'title', part: 'title', tabindex: -1 })
  const body = h('div', { class: 'body', part: 'body' })
  const actions = h('div', { class: 'row actions', part: 'actions' })
  const dialog = h(
    'dialog',
    { part: 'dialog', 'aria-labelledby': 'title', close: () => leave() },
    h(
      'header',
      {},
      heading,
      iconButton(texts.close, 'M6 6l12 12M18 6L6 18', () => dialog.close()),
    ),
    body,
    actions,
  )
  let shown: { step: Step; drawn: FlowSnapshot } | undefined

  const scene: Scene = { flow, texts, show, backToFlow: draw, close: () => dialog.close() }

  function show(step: Step): void {
    leave()
    shown = { step, drawn: flow.getSnapshot() }
    heading.textContent = step.title
    body.replaceChildren(...step.body)
    actions.replaceChildren(...step.actions)
    dialog.scrollTop = 0
    heading.focus()
  }

  function leave(): void {
    shown?.step.leave?.()
    shown = undefined
  }

  function draw(): void {
    const snapshot = flow.getSnapshot()
    if (snapshot.step === 'choosing') show(chooseStep(snapshot, scene))
    else if (snapshot.step === 'cropping') show(cropStep(snapshot, scene))
    else show(waitStep(snapshot, scene))
  }

  const listen = new AbortController()
  const { signal } = listen
  const isFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files')
  dialog.addEventListener('dragover', (event) => isFiles(event) && event.preventDefault())
  dialog.addEventListener('drop', (event) => {
    if (!isFiles(event)) return
    event.preventDefault()
    takeFile(flow, event.dataTransfer?.files ?? [], texts)
  })
  const paste = ({ clipboardData }: ClipboardEvent) => {
    if (dialog.open) takeFile(flow, clipboardData?.files ?? [], texts)
  }
  document.addEventListener('paste', paste, { signal })

  const unsubscribe = flow.subscribe(() => {
    const snapshot = flow.getSnapshot()
    changed(snapshot)
    if (!dialog.open) return
    if (shown && isSameStep(shown.drawn, snapshot)) shown.step.update?.(snapshot)
    else draw()
  })

  return {
    dialog,
    open: () => {
      if (dialog.open) return
      dialog.showModal()
      draw()
    },
    stop: () => {
      listen.abort()
      unsubscribe()
      leave()
      dialog.close()
      dialog.remove()
    },
  }
}

/** Whether a step that is drawn can take another snapshot, instead of being drawn anew. */
function isSameStep(one: FlowSnapshot, other: FlowSnapshot): boolean {
  if (one.step !== other.step) return false
  if (one.step === 'choosing' && other.step === 'choosing')
    return one.notice === other.notice && one.limit === other.limit
  if (one.step === 'cropping' && other.step === 'cropping')
    return one.upload === other.upload && one.fault === other.fault
  return true
}

import type { Notice } from '@likeness/client'
import { button, type Child, h } from '../dom.js'
import { fill } from '../texts.js'
import { cameraStep } from './camera.js'
import { alertOf } from './faults.js'
import type { At, Scene, Step } from './step.js'
import { ACCEPTED_TYPES, megabytes, takeFile } from './take-file.js'

/** Choose, drop or paste a picture, or take one; and what came of the last one. */
export function chooseStep({ notice, limit }: At<'choosing'>, scene: Scene): Step {
  const { flow, texts } = scene
  const input = h('input', {
    type: 'file',
    accept: ACCEPTED_TYPES,
    hidden: true,
    'aria-label': texts.chooseFile,
    change: () => {
      const files = [...(input.files ?? [])]
      // Choosing the same file again counts as a change too.
      input.value = ''
      takeFile(flow, files, texts)
    },
  })
  const hasCamera = navigator.mediaDevices !== undefined
  const facts = limit === undefined ? '' : `, ${fill(texts.upTo, { size: megabytes(limit, texts) })}`
  return {
    title: titleOf(notice, scene),
    body: [
      ...noticeOf(notice, scene),
      h(
        'div',
        { class: 'target', part: 'target' },
        h('p', {}, texts.chooseHint),
        h(
          'div',
          { class: 'row' },
          button('primary', texts.chooseFile, () => input.click()),
          hasCamera && button('secondary', texts.useCamera, () => scene.show(cameraStep(scene))),
        ),
        input,
        h('p', { class: 'soft' }, `${texts.formats}${facts}. ${texts.private}`),
      ),
    ],
    actions: [button('secondary', texts.done, scene.close)],
  }
}

/** What happened is the title, which gets the focus and is read out. */
function titleOf(notice: Notice | undefined, { texts }: Scene): string {
  if (notice?.kind === 'published') return texts.live
  if (notice?.kind === 'discarded') return texts.discarded
  if (notice?.kind === 'undone') return texts.undone
  return texts.choose
}

function noticeOf(notice: Notice | undefined, { flow, texts }: Scene): Node[] {
  const children: Child[] = []
  if (notice?.kind === 'published' && notice.change) children.push(button('secondary', texts.undo, flow.undo))
  if (notice?.kind === 'fault') {
    const { fault, again } = notice
    children.push(alertOf(fault, texts))
    if (fault.code === 'too-many-pending' && again?.do === 'send') {
      const { file } = again
      children.push(button('secondary', texts.replaceOldest, () => flow.pick(file, { replaceOldest: true })))
    } else if (again) children.push(button('secondary', texts.again, flow.retry))
  }
  return children.length > 0 ? [h('div', { class: 'notice', part: 'notice' }, ...children)] : []
}

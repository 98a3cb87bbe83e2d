import { type Dispatch, useRef } from 'react'
import { Fault } from '../api/fault.js'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { PictureIcon } from '../ui/icons.js'
import { Notice } from '../ui/notice.js'
import type { FlowEvent, Notice as FlowNotice } from './flow.js'
import { ACCEPTED_TYPES, pickFile } from './pick-file.js'
import { StepLayout } from './step-layout.js'
import { useGivenFiles } from './use-given-files.js'

type Props = { notice: FlowNotice | undefined; dispatch: Dispatch<FlowEvent> }

/** Choose, drop or paste a picture. */
export function ChooseStep({ notice, dispatch }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const take = (files: readonly File[]) => {
    const file = pickFile(files, undefined)
    if (file instanceof Fault) dispatch({ type: 'refused', fault: file })
    else if (file) dispatch({ type: 'picked', file })
  }
  const isDragging = useGivenFiles(take)

  return (
    <StepLayout
      stage={
        <div
          className={`grid size-full place-items-center rounded-2xl border-2 border-dashed p-6 text-center transition-colors ${
            isDragging ? 'border-accent bg-tint' : 'border-edge/50'
          }`}
        >
          <div className="flex flex-col items-center gap-4">
            <span className="text-accent">
              <PictureIcon />
            </span>
            <p className="text-soft">{isDragging ? 'Let go to send it' : 'Drop or paste a picture here'}</p>
            <Button look="primary" onClick={() => input.current?.click()}>
              Choose a picture
            </Button>
            <input
              ref={input}
              type="file"
              accept={ACCEPTED_TYPES}
              hidden
              aria-label="Picture"
              onChange={({ currentTarget }) => {
                const files = [...(currentTarget.files ?? [])]
                // The same file chosen again is a change again.
                currentTarget.value = ''
                take(files)
              }}
            />
          </div>
        </div>
      }
      side={
        <>
          <ChoiceNotice notice={notice} dispatch={dispatch} />
          <ul className="space-y-2 text-sm text-soft">
            <li>JPEG, PNG, WebP or GIF.</li>
            <li>You frame it next, from an upright preview only you can see.</li>
            <li>Your present avatar stays until you confirm the new one.</li>
            <li>Place and camera data in the file are never published.</li>
          </ul>
        </>
      }
    />
  )
}

function ChoiceNotice({ notice, dispatch }: Props) {
  if (notice === undefined) return null
  if (notice.kind === 'published') return <Notice kind="done" title="Your new avatar is live." />
  if (notice.kind === 'discarded')
    return <Notice kind="done" title="Discarded. Your avatar stays as it is." />
  const { fault, again } = notice
  if (fault.code === 'too-many-pending' && again?.do === 'send') {
    const { file } = again
    return (
      <FaultNotice fault={fault}>
        <Button onClick={() => dispatch({ type: 'picked', file, replaceOldest: true })}>
          Discard the oldest and send
        </Button>
      </FaultNotice>
    )
  }
  return <FaultNotice fault={fault} again={again && (() => dispatch({ type: 'again' }))} />
}

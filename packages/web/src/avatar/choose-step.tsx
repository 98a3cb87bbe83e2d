import { type AvatarFlow, type Notice as FlowNotice, LikenessError } from '@likeness/client'
import { useRef } from 'react'
import { Button } from '../ui/button.js'
import { bytesForPeople } from '../ui/bytes.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { PictureIcon } from '../ui/icons.js'
import { Notice } from '../ui/notice.js'
import { ACCEPTED_TYPES, pickFile } from './pick-file.js'
import { StepLayout } from './step-layout.js'
import { useGivenFiles } from './use-given-files.js'

const facts = [
  ['Seen by you alone', 'You frame an upright preview before anything is published.'],
  ['Nothing to lose', 'Your present avatar stays until you confirm the new one.'],
  ['Private data', 'The place and the camera it was taken with are never published.'],
] as const

type Props = {
  notice: FlowNotice | undefined
  /** Maximum bytes of a picture, when known. */
  limit: number | undefined
  flow: AvatarFlow
}

/** Choose, drop or paste a picture. */
export function ChooseStep({ notice, limit, flow }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const take = (files: readonly File[]) => {
    const file = pickFile(files, limit)
    const [first] = files
    if (file instanceof LikenessError) flow.refuse(file, file.code === 'image-too-large' ? first : undefined)
    else if (file) flow.pick(file)
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
            <p>
              {isDragging ? 'Drop it to send it' : 'Drop or paste a picture here'}
              <span className="block text-sm text-soft">
                JPEG, PNG, WebP, GIF, AVIF, HEIC or BMP
                {limit !== undefined && `, up to ${bytesForPeople(limit)}`}
              </span>
            </p>
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
                // Choosing the same file again counts as a change too.
                currentTarget.value = ''
                take(files)
              }}
            />
          </div>
        </div>
      }
      side={
        <>
          <div className="max-sm:order-first max-sm:empty:hidden sm:order-last sm:mt-auto">
            <ChoiceNotice notice={notice} flow={flow} />
          </div>
          <dl className="divide-y divide-line border-y border-line text-sm">
            {facts.map(([term, fact]) => (
              <div key={term} className="py-3">
                <dt className="font-medium">{term}</dt>
                <dd className="text-soft">{fact}</dd>
              </div>
            ))}
          </dl>
        </>
      }
    />
  )
}

function ChoiceNotice({ notice, flow }: Pick<Props, 'notice' | 'flow'>) {
  if (notice === undefined) return null
  if (notice.kind === 'published') return <Published undo={notice.change && flow.undo} />
  if (notice.kind === 'discarded')
    return <Notice kind="done" title="Discarded. Your avatar stays as it is." />
  if (notice.kind === 'undone') return <Notice kind="done" title="Undone. Your avatar is as it was before." />
  const { fault, again, tooLarge } = notice
  if (tooLarge) {
    return (
      <FaultNotice fault={fault}>
        <p>A smaller copy can be made here and sent in its place. Or choose another picture.</p>
        <Button onClick={() => flow.shrink(tooLarge)}>Make it smaller and send</Button>
      </FaultNotice>
    )
  }
  if (fault.code === 'too-many-pending' && again?.do === 'send') {
    const { file } = again
    return (
      <FaultNotice fault={fault}>
        <Button onClick={() => flow.pick(file, { replaceOldest: true })}>Discard the oldest and send</Button>
      </FaultNotice>
    )
  }
  return <FaultNotice fault={fault} again={again && flow.retry} />
}

function Published({ undo }: { undo: (() => void) | undefined }) {
  return (
    <Notice kind="done" title="Your new avatar is live.">
      {undo && (
        <Button look="quiet" onClick={undo}>
          Undo
        </Button>
      )}
    </Notice>
  )
}

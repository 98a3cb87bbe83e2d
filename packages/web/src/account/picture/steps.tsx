import type { FlowState } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'

const positions: Record<FlowState['step'], number> = {
  loading: 0,
  choosing: 0,
  shrinking: 0,
  sending: 0,
  preparing: 0,
  cropping: 1,
  discarding: 1,
  publishing: 2,
  undoing: 2,
}

/** Shows the current step of the flow. */
export function Steps({ current }: { current: FlowState['step'] }) {
  const words = useTexts(texts)
  const position = positions[current]
  return (
    <ol aria-label={words.steps} className="flex items-center gap-2 text-sm">
      {words.names.map((name, index) => (
        <li
          key={name}
          aria-current={index === position ? 'step' : undefined}
          className="flex items-center gap-2 text-soft before:h-px before:w-4 before:bg-line first:before:hidden aria-[current]:font-semibold aria-[current]:text-accent"
        >
          {name}
        </li>
      ))}
    </ol>
  )
}

const texts = textsOf({
  en: { steps: 'Steps', names: ['Choose', 'Frame', 'Publish'] },
  fr: { steps: 'Étapes', names: ['Choisir', 'Cadrer', 'Publier'] },
})

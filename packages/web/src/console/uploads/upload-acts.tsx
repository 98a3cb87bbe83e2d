import type { Me } from '@likeness/client'
import { useState } from 'react'
import { Link } from 'wouter'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { ActDialog } from './act-dialog.js'
import { actWords } from './act-words.js'
import { type Act, actsOn } from './acts.js'
import type { SeenUpload } from './read-upload.js'

/** What may be done to an upload now. @param onDone called when it is done */
export function UploadActs(props: { seen: SeenUpload; me: Me; onDone: (act: Act) => void }) {
  const { seen, me, onDone } = props
  const { upload } = seen
  const words = useTexts(texts)
  const names = useTexts(actWords)
  const [open, setOpen] = useState<{ act: Act; seen: SeenUpload }>()
  // Nobody lifts a hold on their own picture.
  const acts = actsOn(upload).filter((act) => act !== 'lift-hold' || upload.userId !== me.id)
  return (
    <div className="flex flex-wrap items-center gap-3">
      {acts.map((act) => (
        <Button key={act} onClick={() => setOpen({ act, seen })}>
          {names[act].name}…
        </Button>
      ))}
      <Link
        href={`/console/take-down?address=${upload.id}`}
        className="inline-flex min-h-11 items-center font-medium text-accent underline-offset-4 hover:underline"
      >
        {words.takeDown}
      </Link>
      {open && (
        <ActDialog
          act={open.act}
          seen={open.seen}
          onClose={() => setOpen(undefined)}
          onDone={() => {
            setOpen(undefined)
            onDone(open.act)
          }}
        />
      )}
    </div>
  )
}

const texts = textsOf({
  en: { takeDown: 'Take down every use, or block it' },
  fr: { takeDown: 'Retirer chaque usage, ou la bloquer' },
})

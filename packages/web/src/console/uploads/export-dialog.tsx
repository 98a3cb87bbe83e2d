import { useEffect, useRef, useState } from 'react'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Choice } from '../../ui/choice.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Notice } from '../../ui/notice.js'
import { useAddress } from '../ui/use-address.js'
import { chooseTarget, type ExportType, exportHistory, type Progress } from './export-history.js'
import { filterNames } from './history-filters.js'

type State =
  | { step: 'choosing'; stopped?: boolean }
  | { step: 'running'; progress: Progress }
  | { step: 'done'; progress: Progress }
  | { step: 'failed'; error: unknown }

/** Saves all that the address asks for as a file. */
export function ExportDialog({ onClose }: { onClose: () => void }) {
  const words = useTexts(texts)
  const { number, bytes } = useFormats()
  const { params } = useAddress()
  const [type, setType] = useState<ExportType>('csv')
  const [state, setState] = useState<State>({ step: 'choosing' })
  const running = useRef<AbortController>(undefined)
  // Whoever closes the dialog has no more use for the file.
  useEffect(() => () => running.current?.abort(), [])

  const start = async () => {
    const controller = new AbortController()
    running.current = controller
    try {
      const target = await chooseTarget(type)
      if (target === undefined) return
      setState({ step: 'running', progress: { rows: 0, bytes: 0 } })
      const progress = await exportHistory(params, type, target, {
        signal: controller.signal,
        onProgress: (progress) => setState({ step: 'running', progress }),
      })
      setState({ step: 'done', progress })
    } catch (error) {
      setState(controller.signal.aborted ? { step: 'choosing', stopped: true } : { step: 'failed', error })
    }
  }
  const told = ({ rows, bytes: size }: Progress) => words.progress(number(rows), bytes(size))
  const isFiltered = filterNames.some((name) => params.get(name))
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p className="text-sm text-soft">{isFiltered ? words.filtered : words.everything}</p>
      {state.step === 'running' ? (
        <div className="space-y-4">
          <div
            role="progressbar"
            aria-label={words.running}
            aria-valuetext={told(state.progress)}
            className="h-2 overflow-hidden rounded-full bg-sunk"
          >
            <div className="h-full w-1/3 animate-pulse rounded-full bg-accent" />
          </div>
          <p className="tabular-nums">{told(state.progress)}</p>
          <Button onClick={() => running.current?.abort()}>{words.cancel}</Button>
        </div>
      ) : (
        <>
          {state.step === 'choosing' && state.stopped && <Notice kind="done" title={words.stopped} />}
          {state.step === 'failed' && <FaultNotice fault={asFault(state.error)} />}
          {state.step === 'done' && <Notice kind="done" title={words.done(told(state.progress))} />}
          <Choice
            label={words.format}
            name="type"
            value={type}
            choices={{ csv: words.csv, ndjson: words.ndjson }}
            onChoose={(value) => setType(value === 'ndjson' ? 'ndjson' : 'csv')}
          />
          <Button look="primary" onClick={() => void start()}>
            {words.save}
          </Button>
        </>
      )}
    </Dialog>
  )
}

const texts = textsOf({
  en: {
    title: 'Export',
    filtered: 'Every upload that matches the search and the filters, not only this page.',
    everything: 'Every upload of everyone, not only this page.',
    format: 'Format',
    csv: 'CSV, for spreadsheets',
    ndjson: 'NDJSON, one JSON object on each line',
    save: 'Save the file',
    cancel: 'Cancel',
    running: 'Exporting',
    progress: (rows: string, size: string) => `${rows} uploads, ${size}`,
    stopped: 'Cancelled. No file was saved.',
    done: (what: string) => `Saved: ${what}. The file is whole.`,
  },
  fr: {
    title: 'Exporter',
    filtered: 'Tous les envois qui correspondent à la recherche et aux filtres, pas seulement cette page.',
    everything: 'Tous les envois de tout le monde, pas seulement cette page.',
    format: 'Format',
    csv: 'CSV, pour les tableurs',
    ndjson: 'NDJSON, un objet JSON par ligne',
    save: 'Enregistrer le fichier',
    cancel: 'Annuler',
    running: 'Export en cours',
    progress: (rows: string, size: string) => `${rows} envois, ${size}`,
    stopped: 'Annulé. Aucun fichier n’a été enregistré.',
    done: (what: string) => `Enregistré : ${what}. Le fichier est complet.`,
  },
})

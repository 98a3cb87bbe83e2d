import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Card } from '../../ui/card.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Notice } from '../../ui/notice.js'
import { exportData } from './export-data.js'

/** Takes everything away as a file. */
export function ExportCard() {
  const words = useTexts(texts)
  const { bytes } = useFormats()
  const leaving = useRef<AbortController>(undefined)
  useEffect(() => () => leaving.current?.abort(), [])
  const take = useMutation({
    mutationFn: async () => {
      leaving.current = new AbortController()
      const { zip, name } = await exportData(leaving.current.signal)
      save(zip, name)
      return { name, size: zip.size }
    },
  })
  return (
    <Card title={words.title} lead={words.lead}>
      <div className="space-y-4">
        {take.error && !leaving.current?.signal.aborted && <FaultNotice fault={asFault(take.error)} />}
        {take.data && (
          <Notice kind="done" title={words.done(take.data.name)}>
            {bytes(take.data.size)}
          </Notice>
        )}
        <div className="flex flex-wrap gap-3">
          <Button busy={take.isPending} onClick={() => take.mutate()}>
            {take.isPending ? words.making : words.download}
          </Button>
          {take.isPending && <Button onClick={() => leaving.current?.abort()}>{words.cancel}</Button>}
        </div>
      </div>
    </Card>
  )
}

/** Hands a file to the browser's downloads. */
function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The download has begun with the click.
  URL.revokeObjectURL(link.href)
}

const texts = textsOf({
  en: {
    title: 'Take your data away',
    lead: 'A ZIP with your account, your activity, your devices, the e-mails we sent and every picture.',
    download: 'Download everything',
    making: 'Collecting',
    cancel: 'Cancel',
    done: (name: string) => `Downloaded as ${name}`,
  },
  fr: {
    title: 'Emporter vos données',
    lead: 'Un ZIP avec votre compte, votre activité, vos appareils, les e-mails envoyés et toutes les photos.',
    download: 'Tout télécharger',
    making: 'Rassemblement en cours',
    cancel: 'Annuler',
    done: (name: string) => `Téléchargé sous le nom ${name}`,
  },
})

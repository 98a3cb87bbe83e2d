import { type ReactNode, useEffect, useId, useRef } from 'react'
import { textsOf, useTexts } from '../language/texts.js'
import { IconButton } from './button.js'
import { CloseIcon } from './icons.js'

const places = {
  centre: 'm-auto max-h-[90dvh] w-[min(32rem,calc(100vw-2rem))] rounded-3xl p-6 sm:p-8',
  /** Along the right edge, in full height: for looking at one of many. */
  side: 'ml-auto h-dvh max-h-dvh w-[min(44rem,100vw)] max-w-full p-5 sm:p-7',
}

/**
 * A modal dialog: the page behind it is inert, Escape closes it, and focus returns to where it was. It is open while it
 * is rendered.
 * @param closeWords the name of the button that closes it
 */
export function Dialog(props: {
  title: ReactNode
  onClose: () => void
  closeWords?: string
  place?: keyof typeof places
  children: ReactNode
}) {
  const { title, onClose, closeWords, place = 'centre', children } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const words = useTexts(texts)
  useEffect(() => {
    const opener = document.activeElement
    const element = dialog.current
    element?.showModal()
    return () => {
      element?.close()
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        // A file picker inside tells of its own cancel.
        if (event.target !== dialog.current) return
        event.preventDefault()
        onClose()
      }}
      className={`overflow-y-auto border border-line bg-card text-ink shadow-lift backdrop:bg-black/50 ${places[place]}`}
    >
      <div className="mb-5 flex items-start justify-between gap-4">
        <h2 id={id} tabIndex={-1} className="min-w-0 pt-1.5 text-2xl font-semibold wrap-anywhere">
          {title}
        </h2>
        <IconButton label={closeWords ?? words.close} onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </div>
      <div className="space-y-5">{children}</div>
    </dialog>
  )
}

const texts = textsOf({ en: { close: 'Close' }, fr: { close: 'Fermer' } })

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { textsOf, useTexts } from '../language/texts.js'
import { LogInForm } from '../session/log-in-form.js'
import { Button } from '../ui/button.js'
import { Dialog } from '../ui/dialog.js'
import { Notice } from '../ui/notice.js'

/** Asks who was signed in to log in again, above the page they were working on. */
export default function LogInAgain({ onLeave }: { onLeave: () => void }) {
  const words = useTexts(texts)
  const queries = useQueryClient()
  // What could not be read in the meantime is read again.
  useEffect(() => () => void queries.invalidateQueries(), [queries])
  const [unverified, setUnverified] = useState(false)
  return (
    <Dialog title={words.title} onClose={onLeave} closeWords={words.leave}>
      <Notice kind="error" title={words.ended}>
        {words.kept}
      </Notice>
      {unverified && (
        <Notice kind="error" title={words.unverified}>
          <Button onClick={onLeave}>{words.leave}</Button>
        </Notice>
      )}
      <LogInForm onForgot={onLeave} onUnverified={() => setUnverified(true)} />
    </Dialog>
  )
}

const texts = textsOf({
  en: {
    title: 'Log in again',
    ended: 'Your session has ended',
    kept: 'Log in again to continue. What you were doing is still here.',
    unverified: 'Your e-mail address has to be confirmed first.',
    leave: 'Leave this page',
  },
  fr: {
    title: 'Se reconnecter',
    ended: 'Votre session est terminée',
    kept: 'Reconnectez-vous pour continuer. Votre travail est toujours là.',
    unverified: 'Votre adresse e-mail doit d’abord être confirmée.',
    leave: 'Quitter cette page',
  },
})

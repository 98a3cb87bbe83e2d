import { useState } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { useMe } from '../../session/use-me.js'
import { Button } from '../../ui/button.js'
import { Card } from '../../ui/card.js'
import { PageTitle } from '../../ui/page-title.js'
import { CloseDialog } from './close-dialog.js'
import { ExportCard } from './export-card.js'

/** What a person may do with all of their data: take it away, and have it erased. */
export default function DataPage({ userId }: { userId: string }) {
  const words = useTexts(texts)
  const me = useMe(userId).data
  const [isAsking, ask] = useState(false)
  return (
    <>
      <PageTitle title={words.title} lead={words.lead} />
      <div className="grid max-w-3xl gap-6">
        <ExportCard />
        <Card title={words.close} lead={words.closeLead}>
          <Button off={!me} onClick={() => ask(true)} className="text-danger!">
            {words.ask}
          </Button>
        </Card>
      </div>
      {isAsking && me && <CloseDialog me={me} onClose={() => ask(false)} />}
    </>
  )
}

const texts = textsOf({
  en: {
    title: 'Your data',
    lead: 'Everything here is yours: take it with you, or have it erased.',
    close: 'Delete your account',
    closeLead:
      'Your account, your profile and every picture are erased. This cannot be undone; download your data first.',
    ask: 'Delete my account…',
  },
  fr: {
    title: 'Vos données',
    lead: 'Tout ici est à vous : emportez-le, ou faites-le effacer.',
    close: 'Supprimer votre compte',
    closeLead:
      'Votre compte, votre profil et toutes vos photos sont effacés. C’est irréversible ; téléchargez d’abord vos données.',
    ask: 'Supprimer mon compte…',
  },
})

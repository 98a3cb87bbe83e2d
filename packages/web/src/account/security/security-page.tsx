import { textsOf, useTexts } from '../../language/texts.js'
import { useMe } from '../../session/use-me.js'
import { PageTitle } from '../../ui/page-title.js'
import { EmailCard } from './email-card.js'
import { PasswordCard } from './password-card.js'
import { SessionsCard } from './sessions-card.js'

/** How a person gets into their account, and from where. */
export default function SecurityPage({ userId }: { userId: string }) {
  const words = useTexts(texts)
  const me = useMe(userId).data
  return (
    <>
      <PageTitle title={words.title} lead={words.lead} />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <PasswordCard username={me?.username} />
        <EmailCard userId={userId} me={me} />
        <div className="lg:col-span-2">
          <SessionsCard />
        </div>
      </div>
    </>
  )
}

const texts = textsOf({
  en: { title: 'Security', lead: 'How you get in, and the devices that are in.' },
  fr: { title: 'Sécurité', lead: 'Comment vous entrez, et les appareils qui y sont.' },
})

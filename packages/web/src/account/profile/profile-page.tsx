import type { Me, RegistrationForm } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { readRegistration } from '../../session/accounts.js'
import { useMe } from '../../session/use-me.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { firstLetterOf } from '../../ui/first-letter.js'
import { PageTitle } from '../../ui/page-title.js'
import { Skeleton } from '../../ui/skeleton.js'
import { ownFieldsOf, requiredIn } from './own-fields.js'
import { ProfileForm } from './profile-form.js'
import { readProfile, type SeenProfile } from './read-profile.js'
import { useProfileEdit } from './use-profile-edit.js'

/** What a person says about themselves. */
export default function ProfilePage({ userId }: { userId: string }) {
  const words = useTexts(texts)
  const seen = useQuery(readProfile(userId))
  const registration = useQuery(readRegistration)
  const failed = [seen, registration].find(({ error, data }) => error && !data)
  return (
    <>
      <PageTitle title={words.title} lead={words.lead} />
      {failed?.error ? (
        <FaultNotice fault={asFault(failed.error)} again={() => void failed.refetch()} />
      ) : (
        <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_17rem]">
          {seen.data && registration.data ? (
            <Editor userId={userId} seen={seen.data} registration={registration.data} />
          ) : (
            <Skeleton className="h-[64rem] w-full rounded-3xl sm:h-[50rem]" />
          )}
          <AsOthersSee userId={userId} />
        </div>
      )}
    </>
  )
}

function Editor(props: { userId: string; seen: SeenProfile; registration: RegistrationForm }) {
  const { userId, seen, registration } = props
  const own = ownFieldsOf(seen.me, registration)
  const edit = useProfileEdit(userId, seen, own)
  return <ProfileForm edit={edit} own={own} required={requiredIn(seen.me, registration)} />
}

function AsOthersSee({ userId }: { userId: string }) {
  const words = useTexts(texts)
  const me = useMe(userId).data
  return (
    <section
      aria-labelledby="others"
      className="rounded-3xl border border-line bg-card p-6 text-center shadow-lift max-lg:order-first"
    >
      <h2 id="others" className="text-sm font-medium text-soft">
        {words.others}
      </h2>
      {me ? <Face me={me} /> : <Skeleton className="mt-4 h-40 w-full" />}
    </section>
  )
}

function Face({ me: { avatar, profile, username } }: { me: Me }) {
  const picture = avatar?.urls['128']
  const url = picture?.webp ?? picture?.jpeg
  const work = [profile.profession, profile.companyName].filter(Boolean).join(' · ')
  return (
    <div className="mt-4 min-h-40">
      {url ? (
        <img src={new URL(url).pathname} alt="" width="96" height="96" className="mx-auto rounded-full" />
      ) : (
        <div
          aria-hidden="true"
          className="mx-auto grid size-24 place-items-center rounded-full border border-dashed border-edge bg-sunk font-serif text-4xl text-soft"
        >
          {firstLetterOf(profile.nickname)}
        </div>
      )}
      <p className="mt-3 line-clamp-2 font-serif text-xl font-semibold wrap-anywhere">{profile.nickname}</p>
      <p className="truncate text-sm text-soft">@{username}</p>
      {work && <p className="mt-2 line-clamp-2 text-sm wrap-anywhere">{work}</p>}
      {profile.bio && <p className="mt-2 line-clamp-4 text-sm text-soft wrap-anywhere">{profile.bio}</p>}
    </div>
  )
}

const texts = textsOf({
  en: {
    title: 'Profile',
    lead: 'Others see your nickname, what you write about yourself, and your work. The rest is for you and your managers.',
    others: 'As others see you',
  },
  fr: {
    title: 'Profil',
    lead: 'Les autres voient votre surnom, ce que vous écrivez sur vous et votre travail. Le reste est pour vous et vos gestionnaires.',
    others: 'Ce que voient les autres',
  },
})

import type { Me } from '@likeness/client'
import { useEffect, useRef } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { firstLetterOf } from '../../ui/first-letter.js'
import { urlsOf } from '../../ui/picture-urls.js'
import { thumbhashBackground } from '../../ui/thumbhash-background.js'

/** Sizes up to this one, in pixels, are shown at full size. */
const LARGEST_SHOWN = 128

/** The avatar of the profile, large and in its sizes. @param user undefined while it is being read */
export function AvatarCard({ user }: { user: Me | undefined }) {
  const words = useTexts(texts)
  const card = useShownWhenNew(user && (user.avatar?.version ?? 0))
  return (
    <section
      ref={card}
      aria-labelledby="avatar"
      className="rounded-3xl border border-line bg-card p-6 shadow-lift max-lg:flex max-lg:flex-wrap max-lg:items-center max-lg:gap-6"
    >
      <h2 id="avatar" className="sr-only">
        {words.title}
      </h2>
      <div className="size-28 shrink-0 sm:size-36 lg:mx-auto lg:size-48">
        {user && <Portrait user={user} />}
        {!user && <div className="size-full rounded-full bg-sunk" />}
      </div>
      <div className="min-w-0 max-lg:flex-1 lg:mt-5 lg:text-center">
        <p className="line-clamp-2 font-serif text-2xl leading-tight wrap-anywhere font-semibold">
          {user?.profile.nickname ?? '\u00a0'}
        </p>
        <p className="truncate text-sm text-soft">{user?.email ?? '\u00a0'}</p>
      </div>
      {user && <Sizes avatar={user.avatar} />}
    </section>
  )
}

/** Scrolls a new avatar into view: on a narrow screen the card may have been scrolled away. */
function useShownWhenNew(version: number | undefined) {
  const card = useRef<HTMLElement>(null)
  const shown = useRef(version)
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== version) {
      card.current?.scrollIntoView({ block: 'nearest' })
    }
    shown.current = version
  }, [version])
  return card
}

function Portrait({ user: { avatar, username, profile } }: { user: Me }) {
  const words = useTexts(texts)
  if (avatar === null) {
    return (
      <div
        role="img"
        aria-label={words.none}
        className="grid size-full place-items-center rounded-full border border-dashed border-edge bg-sunk font-serif text-6xl text-soft"
      >
        {firstLetterOf(profile.nickname)}
      </div>
    )
  }
  const sizes = urlsOf(avatar)
  const source = sizes.find((size) => size.pixels >= 256) ?? sizes.at(-1)
  return (
    <img
      key={avatar.version}
      src={source?.path}
      srcSet={sizes.map((size) => `${size.path} ${size.pixels}w`).join(', ')}
      sizes="(width < 40rem) 7rem, (width < 64rem) 9rem, 12rem"
      alt={avatar.altText || words.of(username)}
      style={thumbhashBackground(avatar.thumbhash)}
      className="size-full animate-appear rounded-full bg-cover object-cover ring-1 ring-line ring-offset-4 ring-offset-card"
    />
  )
}

function Sizes({ avatar }: { avatar: Me['avatar'] }) {
  const words = useTexts(texts)
  if (avatar === null) {
    return (
      <p className="w-full text-sm text-soft lg:mt-5 lg:border-t lg:border-line lg:pt-5 lg:text-center">
        {words.noneYet}
      </p>
    )
  }
  const sizes = urlsOf(avatar).reverse()
  return (
    <div className="w-full border-t border-line pt-5 lg:mt-6">
      <div key={avatar.version} className="flex animate-appear items-end justify-center gap-2 sm:gap-4">
        {sizes
          .filter((size) => size.pixels <= LARGEST_SHOWN)
          .map((size) => (
            <img
              key={size.pixels}
              src={size.path}
              width={size.pixels}
              height={size.pixels}
              alt=""
              className="rounded-xl"
            />
          ))}
      </div>
      <ul aria-label={words.sizes} className="mt-4 flex flex-wrap justify-center text-sm">
        {sizes.map((size) => (
          <li key={size.pixels}>
            <a
              href={size.path}
              target="_blank"
              rel="noreferrer"
              className="inline-flex min-h-11 items-center px-2.5 text-accent tabular-nums underline-offset-4 hover:underline"
            >
              {size.pixels}
              <span className="sr-only"> {words.pixels}</span>
            </a>
          </li>
        ))}
      </ul>
      <p className="text-center text-xs text-soft">{words.version(avatar.version)}</p>
    </div>
  )
}

const texts = textsOf({
  en: {
    title: 'Your avatar',
    none: 'No picture yet',
    noneYet: 'No picture yet. The one you confirm appears here, in every size.',
    of: (username: string) => `Avatar of ${username}`,
    sizes: 'Sizes in pixels',
    pixels: 'pixels, opens in a new tab',
    version: (version: number) => `Version ${version}`,
  },
  fr: {
    title: 'Votre avatar',
    none: 'Pas encore de photo',
    noneYet: 'Pas encore de photo. Celle que vous confirmerez apparaîtra ici, dans toutes les tailles.',
    of: (username: string) => `Avatar de ${username}`,
    sizes: 'Tailles en pixels',
    pixels: 'pixels, s’ouvre dans un nouvel onglet',
    version: (version: number) => `Version ${version}`,
  },
})

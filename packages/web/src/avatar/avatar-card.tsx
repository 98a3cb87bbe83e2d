import type { AvatarUrls, User } from '@likeness/contracts'
import { useEffect, useRef } from 'react'
import { thumbhashBackground } from './thumbhash-background.js'

/** Sizes up to this one, in pixels, are shown at full size. */
const LARGEST_SHOWN = 128

/** The avatar of the profile, large and in its sizes. @param user undefined while it is being read */
export function AvatarCard({ user }: { user: User | undefined }) {
  const card = useShownWhenNew(user && (user.avatar?.version ?? 0))
  return (
    <section
      ref={card}
      aria-labelledby="avatar"
      className="rounded-3xl border border-line bg-card p-6 shadow-lift max-lg:flex max-lg:flex-wrap max-lg:items-center max-lg:gap-6"
    >
      <h2 id="avatar" className="sr-only">
        Your avatar
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

function Portrait({ user: { avatar, username, profile } }: { user: User }) {
  if (avatar === null) {
    return (
      <div
        role="img"
        aria-label="No picture yet"
        className="grid size-full place-items-center rounded-full border border-dashed border-edge bg-sunk font-serif text-6xl text-soft"
      >
        {profile.nickname.slice(0, 1).toUpperCase()}
      </div>
    )
  }
  const sizes = sizesOf(avatar.urls)
  const source = sizes.find((size) => size.pixels >= 256) ?? sizes.at(-1)
  return (
    <img
      key={avatar.version}
      src={source?.path}
      srcSet={sizes.map((size) => `${size.path} ${size.pixels}w`).join(', ')}
      sizes="(width < 40rem) 7rem, (width < 64rem) 9rem, 12rem"
      alt={avatar.altText || `Avatar of ${username}`}
      style={thumbhashBackground(avatar.thumbhash)}
      className="size-full animate-appear rounded-full bg-cover object-cover ring-1 ring-line ring-offset-4 ring-offset-card"
    />
  )
}

function Sizes({ avatar }: { avatar: User['avatar'] }) {
  if (avatar === null) {
    return (
      <p className="w-full text-sm text-soft lg:mt-5 lg:border-t lg:border-line lg:pt-5 lg:text-center">
        No picture yet. The one you confirm appears here, in every size.
      </p>
    )
  }
  const sizes = sizesOf(avatar.urls).reverse()
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
      <ul aria-label="Sizes in pixels" className="mt-4 flex flex-wrap justify-center text-sm">
        {sizes.map((size) => (
          <li key={size.pixels}>
            <a
              href={size.path}
              target="_blank"
              rel="noreferrer"
              className="inline-flex min-h-11 items-center px-2.5 text-accent tabular-nums underline-offset-4 hover:underline"
            >
              {size.pixels}
              <span className="sr-only"> pixels, opens in a new tab</span>
            </a>
          </li>
        ))}
      </ul>
      <p className="text-center text-xs text-soft">Version {avatar.version}</p>
    </div>
  )
}

/** The available sizes, smallest first. */
function sizesOf(urls: AvatarUrls): { pixels: number; path: string }[] {
  return Object.entries(urls)
    .flatMap(([pixels, formats]) => {
      const url = formats.webp ?? formats.jpeg
      return url === undefined ? [] : [{ pixels: Number(pixels), path: pathOf(url) }]
    })
    .sort((a, b) => a.pixels - b.pixels)
}

/** The gateway serves page and pictures under one origin, whichever of its names was typed. */
function pathOf(url: string): string {
  return new URL(url).pathname
}

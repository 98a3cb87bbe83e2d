import type { AdminUser } from '@likeness/client'
import { urlsOf } from '../../ui/picture-urls.js'
import { thumbhashBackground } from '../../ui/thumbhash-background.js'

/** The avatar of a user, else the beginning of their name. Nothing of it speaks: their name is beside it. */
export function Portrait({ user, className = 'size-10' }: { user: AdminUser; className?: string }) {
  const { avatar, profile } = user
  const urls = urlsOf(avatar)
  const source = urls.find(({ pixels }) => pixels >= 128) ?? urls.at(-1)
  return (
    <span
      aria-hidden="true"
      style={thumbhashBackground(avatar?.thumbhash)}
      className={`grid shrink-0 place-items-center overflow-hidden rounded-full bg-sunk bg-cover font-serif text-soft ring-1 ring-line ${className}`}
    >
      {source ? (
        <img src={source.path} alt="" loading="lazy" className="size-full object-cover" />
      ) : (
        initialOf(profile.nickname)
      )}
    </span>
  )
}

/** The first letter, or the first sign as people see it, such as a flag. */
const initialOf = (name: string): string | undefined =>
  [...new Intl.Segmenter().segment(name)][0]?.segment.toUpperCase()

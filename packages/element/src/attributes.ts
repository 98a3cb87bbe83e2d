import type { GetToken, ProfileAvatar } from '@likeness/client'
import type { Texts } from './texts.js'

/** What a page says to `<likeness-avatar>`, by attributes or properties. */
export type LikenessAvatarAttributes = {
  /** Whose picture, by the id of Likeness; else `issuer` and `subject`. */
  user?: string | null | undefined
  /** The alias of a login in `ISSUERS`. */
  issuer?: string | null | undefined
  /** The person's `sub` at that login. */
  subject?: string | null | undefined
  /** Sides in pixels of the page, by default 64. */
  size?: number | string | null | undefined
  /** What is read to people who cannot see it; nothing where a name is beside it. */
  alt?: string | null | undefined
  /** Whether a button on the picture lets the person change it. */
  editable?: boolean | undefined
  /** The origin of Likeness, by default that of the script. */
  url?: string | null | undefined
  /** Gives the access token with which the person changes their picture; see `createClient`. */
  getToken?: GetToken | undefined
  /** Texts in place of those of the language. */
  texts?: Partial<Texts> | undefined
}

/** The event `likeness-change`: the person changed their picture. Without `avatar`, only the stable address is known. */
export type LikenessChange = CustomEvent<{
  readonly userId: string | undefined
  readonly avatar: Pick<ProfileAvatar, 'version' | 'urls' | 'altText'> | undefined
}>
